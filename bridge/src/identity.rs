//! Who a request truly comes from.

/// A person or program whom the bridge knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// What Spark gets as `user_id`; never empty.
    pub user: String,
    /// What people call them; what Spark gets as `user_name`.
    pub name: String,
}
