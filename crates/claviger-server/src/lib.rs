//! clavigerd's parts.
