//! Functions of one's own in a session: PySpark's `SparkSession.udf`, as far as it needs no Python worker.

use spark_connect_proto::connect::{
    self as pb, command::CommandType, common_inline_user_defined_function::Function,
};

use crate::{Command, Session};

/// Registers functions, `SparkSession.udf`. Those that are written in Python need Python workers, see
/// [`unsupported`](crate::unsupported).
#[derive(Clone, Debug)]
pub struct UdfRegistration(Session);

impl Session {
    /// Registers functions, `SparkSession.udf`.
    pub fn udf(&self) -> UdfRegistration {
        UdfRegistration(self.clone())
    }
}

impl UdfRegistration {
    /// A Java class that is a function, under a name for SQL and `call_function`, `udf.registerJavaFunction`. Without a
    /// type the server looks at the class for it. The class must be on the server, for example as an artifact.
    pub fn register_java_function(
        &self,
        name: impl Into<String>,
        class_name: impl Into<String>,
        return_type: Option<pb::DataType>,
    ) -> Command {
        self.register(name.into(), class_name.into(), return_type, false)
    }

    /// A Java class that is an aggregate function, `udf.registerJavaUDAF`.
    pub fn register_java_udaf(&self, name: impl Into<String>, class_name: impl Into<String>) -> Command {
        self.register(name.into(), class_name.into(), None, true)
    }

    fn register(
        &self,
        function_name: String,
        class_name: String,
        output_type: Option<pb::DataType>,
        aggregate: bool,
    ) -> Command {
        let function = pb::CommonInlineUserDefinedFunction {
            function_name,
            function: Some(Function::JavaUdf(pb::JavaUdf {
                class_name,
                output_type,
                aggregate,
            })),
            ..Default::default()
        };
        Command::new(self.0.clone(), Ok(CommandType::RegisterFunction(function)))
    }
}
