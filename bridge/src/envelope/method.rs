//! Spark Connect's methods, and where each one's request keeps what the envelope reads.

use std::fmt;

/// The methods of Spark 4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    AddArtifacts,
    AnalyzePlan,
    ArtifactStatus,
    CloneSession,
    Config,
    ExecutePlan,
    FetchErrorDetails,
    GetStatus,
    Interrupt,
    ReattachExecute,
    ReleaseExecute,
    ReleaseSession,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::AddArtifacts,
        Self::AnalyzePlan,
        Self::ArtifactStatus,
        Self::CloneSession,
        Self::Config,
        Self::ExecutePlan,
        Self::FetchErrorDetails,
        Self::GetStatus,
        Self::Interrupt,
        Self::ReattachExecute,
        Self::ReleaseExecute,
        Self::ReleaseSession,
    ];

    /// As it is called, for example `ExecutePlan`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddArtifacts => "AddArtifacts",
            Self::AnalyzePlan => "AnalyzePlan",
            Self::ArtifactStatus => "ArtifactStatus",
            Self::CloneSession => "CloneSession",
            Self::Config => "Config",
            Self::ExecutePlan => "ExecutePlan",
            Self::FetchErrorDetails => "FetchErrorDetails",
            Self::GetStatus => "GetStatus",
            Self::Interrupt => "Interrupt",
            Self::ReattachExecute => "ReattachExecute",
            Self::ReleaseExecute => "ReleaseExecute",
            Self::ReleaseSession => "ReleaseSession",
        }
    }

    /// The method of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether a request may have several messages.
    pub fn takes_a_stream(self) -> bool {
        self == Self::AddArtifacts
    }

    /// Whether an answer may have several messages.
    pub fn answers_with_a_stream(self) -> bool {
        matches!(self, Self::ExecutePlan | Self::ReattachExecute)
    }

    /// Whether Spark opens the session that a request names when there is none.
    pub fn opens_sessions(self) -> bool {
        matches!(
            self,
            Self::AddArtifacts | Self::AnalyzePlan | Self::ArtifactStatus | Self::Config | Self::ExecutePlan
        )
    }

    /// The message type of its request, in package `spark.connect`.
    pub(crate) fn request_type(self) -> &'static str {
        match self {
            Self::AddArtifacts => "AddArtifactsRequest",
            Self::AnalyzePlan => "AnalyzePlanRequest",
            // The one whose request is named otherwise.
            Self::ArtifactStatus => "ArtifactStatusesRequest",
            Self::CloneSession => "CloneSessionRequest",
            Self::Config => "ConfigRequest",
            Self::ExecutePlan => "ExecutePlanRequest",
            Self::FetchErrorDetails => "FetchErrorDetailsRequest",
            Self::GetStatus => "GetStatusRequest",
            Self::Interrupt => "InterruptRequest",
            Self::ReattachExecute => "ReattachExecuteRequest",
            Self::ReleaseExecute => "ReleaseExecuteRequest",
            Self::ReleaseSession => "ReleaseSessionRequest",
        }
    }

    /// The field `client_observed_server_side_session_id`.
    pub(super) fn observed_field(self) -> Option<u32> {
        match self {
            Self::AddArtifacts | Self::Interrupt | Self::ReleaseExecute => Some(7),
            Self::AnalyzePlan => Some(17),
            Self::ArtifactStatus | Self::CloneSession | Self::FetchErrorDetails => Some(5),
            Self::Config | Self::ExecutePlan => Some(8),
            Self::GetStatus => Some(4),
            Self::ReattachExecute => Some(6),
            Self::ReleaseSession => None,
        }
    }

    /// The field `operation_id`.
    pub(super) fn operation_field(self) -> Option<u32> {
        match self {
            Self::ExecutePlan | Self::Interrupt => Some(super::OPERATION_ID),
            Self::ReattachExecute | Self::ReleaseExecute => Some(3),
            _ => None,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
