//! What an operation declares about itself: data that the pipeline enforces and that `docs/operations.md` prints.

use claviger_model::{KeyState, KeyUsageType, OriginType, error_code};

use crate::error::Code;

/// The rule of one operation.
pub struct Rule {
    /// The operation's name on the wire.
    pub name: &'static str,
    /// Which of the services it belongs to.
    pub service: Service,
    /// The actions that the caller must be allowed; the subject decides on which resource each is asked.
    pub actions: Actions,
    /// The forms of key identifier that the operation takes.
    pub identifiers: Identifiers,
    /// Whether another account's key may be named.
    pub cross_account: bool,
    /// What each key state means for the operation.
    pub states: &'static States,
    /// The key usage that the operation needs.
    pub usage: Option<KeyUsageType>,
    /// The origin that the operation needs.
    pub origin: Option<OriginType>,
    /// Whether a grant can carry it, and so whether it takes grant tokens.
    pub grantable: bool,
    /// CloudTrail's `readOnly`.
    pub read_only: bool,
    /// Whether it may change records. One that may, and is not `read_only`, runs alone on its keys; one that may not, and
    /// stages something all the same, is refused by the pipeline.
    pub changes: bool,
}

/// The services of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The key management service.
    Kms,
    /// The security token service.
    Sts,
    /// Identity and access management.
    Iam,
}

impl Service {
    /// The name in credential scopes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Sts => "sts",
            Self::Iam => "iam",
        }
    }

    /// CloudTrail's `eventSource`.
    pub fn event_source(self) -> &'static str {
        match self {
            Self::Kms => "kms.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
            Self::Iam => "iam.amazonaws.com",
        }
    }

    /// An error's code as this service's clients and events know it: KMS has a word of its own for who may not.
    ///
    /// AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
    pub fn error_code(self, code: Code) -> Code {
        match (self, code) {
            (Self::Sts | Self::Iam, error_code::ACCESS_DENIED) => "AccessDenied",
            (Self::Kms | Self::Sts | Self::Iam, code) => code,
        }
    }
}

/// The actions that an operation asks for.
#[derive(Clone, Copy, Debug)]
pub enum Actions {
    /// None: every authenticated caller may.
    Open,
    /// One action on everything that the subject names.
    One(&'static str),
    /// ReEncrypt: one on the source, one on the destination.
    FromTo(&'static str, &'static str),
}

/// The forms of key identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifiers {
    /// The operation names no key.
    None,
    /// Key id or key ARN.
    Key,
    /// Key id, key ARN, alias name or alias ARN.
    KeyOrAlias,
    /// No key: the operation is about custom key stores.
    KeyStore,
}

/// One row of AWS's table of key states.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>
pub struct States {
    /// The key is enabled.
    pub enabled: Verdict,
    /// The key is disabled.
    pub disabled: Verdict,
    /// The key waits for its deletion.
    pub pending_deletion: Verdict,
    /// The key lacks material.
    pub pending_import: Verdict,
}

/// What a state means for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It runs.
    Runs,
    /// `DisabledException`.
    Disabled,
    /// `KMSInvalidStateException`: pending deletion.
    PendingDeletion,
    /// `KMSInvalidStateException`: not pending deletion.
    NotPendingDeletion,
    /// `KMSInvalidStateException`: pending import.
    PendingImport,
    /// `UnsupportedOperationException`: keys of this origin can't do it.
    WrongOrigin,
}

impl States {
    /// The verdict on `state`. No record is ever Creating, Updating or Unavailable, since changes are whole at once and no
    /// custom key store connects; an operation that meets such a key all the same treats it as unusable.
    pub fn verdict(&self, state: KeyState) -> Verdict {
        match state {
            KeyState::Enabled => self.enabled,
            KeyState::Disabled => self.disabled,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => self.pending_deletion,
            KeyState::PendingImport => self.pending_import,
            KeyState::Creating | KeyState::Updating | KeyState::Unavailable => Verdict::Disabled,
        }
    }

    /// Runs in every state.
    pub const ANY: Self = Self {
        enabled: Verdict::Runs,
        disabled: Verdict::Runs,
        pending_deletion: Verdict::Runs,
        pending_import: Verdict::Runs,
    };

    /// Cryptographic use.
    pub const USE: Self = Self {
        enabled: Verdict::Runs,
        disabled: Verdict::Disabled,
        pending_deletion: Verdict::PendingDeletion,
        pending_import: Verdict::PendingImport,
    };

    /// Everything but a key that waits for its deletion.
    pub const NOT_PENDING_DELETION: Self = Self {
        pending_deletion: Verdict::PendingDeletion,
        ..Self::ANY
    };

    /// Reading the rotation status: who waits for imported material is told that it can't have one.
    pub const ROTATION_STATUS: Self = Self {
        pending_import: Verdict::WrongOrigin,
        ..Self::ANY
    };

    /// Enabling and disabling.
    pub const SWITCH: Self = Self {
        pending_import: Verdict::PendingImport,
        ..Self::NOT_PENDING_DELETION
    };

    /// Only a key that waits for its deletion.
    pub const ONLY_PENDING_DELETION: Self = Self {
        enabled: Verdict::NotPendingDeletion,
        disabled: Verdict::NotPendingDeletion,
        pending_deletion: Verdict::Runs,
        pending_import: Verdict::NotPendingDeletion,
    };
}

impl Rule {
    /// What most operations of the service have in common; each declares where it differs.
    pub const fn kms(name: &'static str, actions: Actions) -> Self {
        Self {
            name,
            service: Service::Kms,
            actions,
            identifiers: Identifiers::Key,
            cross_account: false,
            states: &States::ANY,
            usage: None,
            origin: None,
            grantable: false,
            read_only: false,
            changes: true,
        }
    }

    /// Reading: changes nothing.
    pub const fn reads(name: &'static str, action: &'static str) -> Self {
        Self {
            read_only: true,
            changes: false,
            ..Self::kms(name, Actions::One(action))
        }
    }

    /// Reading that names no key.
    pub const fn reads_no_key(name: &'static str, action: &'static str) -> Self {
        Self {
            identifiers: Identifiers::None,
            ..Self::reads(name, action)
        }
    }

    /// A change of custom key stores.
    pub const fn key_stores(name: &'static str, action: &'static str) -> Self {
        Self {
            identifiers: Identifiers::KeyStore,
            ..Self::kms(name, Actions::One(action))
        }
    }

    /// A change of identities.
    pub const fn iam(name: &'static str, action: &'static str) -> Self {
        Self {
            service: Service::Iam,
            identifiers: Identifiers::None,
            ..Self::kms(name, Actions::One(action))
        }
    }

    /// Reading of identities.
    pub const fn iam_reads(name: &'static str, action: &'static str) -> Self {
        Self {
            read_only: true,
            changes: false,
            ..Self::iam(name, action)
        }
    }

    /// What the token service does: it changes nothing.
    pub const fn sts(name: &'static str, actions: Actions) -> Self {
        Self {
            service: Service::Sts,
            identifiers: Identifiers::None,
            read_only: true,
            changes: false,
            ..Self::kms(name, actions)
        }
    }

    /// Cryptographic use of a key: any identifier, other accounts' keys, grants.
    pub const fn uses(name: &'static str, actions: Actions, usage: KeyUsageType) -> Self {
        Self {
            identifiers: Identifiers::KeyOrAlias,
            cross_account: true,
            states: &States::USE,
            usage: Some(usage),
            grantable: true,
            read_only: true,
            changes: false,
            ..Self::kms(name, actions)
        }
    }
}
