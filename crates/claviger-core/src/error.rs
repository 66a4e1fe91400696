//! The one error type of the service and every public text that it can carry.

use std::fmt;

/// An error for the caller: code and public text, with a private source that is only logged.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    message: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The wire name of an error, such as `NotFoundException`.
pub type Code = &'static str;

impl Error {
    /// An error with a public text.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { code, message: Some(message.into()), source: None }))
    }

    /// An error that AWS sends without any text.
    pub fn silent(code: Code) -> Self {
        Self(Box::new(Inner { code, message: None, source: None }))
    }

    /// Attaches the private cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The wire name.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The public text, when there is one.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The private cause: for the log, never for the wire.
    pub fn private_source(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.source.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.message().unwrap_or_default())
    }
}

impl std::error::Error for Error {}
