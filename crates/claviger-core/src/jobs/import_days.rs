//! The keys of past import days are destroyed, so that wraps recorded on those days stay closed for ever.

use claviger_audit::Parameters;

use super::{commit, confirmed};
use crate::{
    core::Core, error::Error, notes::ServiceEvent, records::ImportDayRecord, staged::Staged,
};

/// Destroys the keys of all days whose last token has run out.
pub(super) async fn destroy_past(core: &Core) -> Result<(), Error> {
    let today = ImportDayRecord::day_at(core.clock.earliest_now())?;
    for (id, stored) in core
        .records
        .list::<ImportDayRecord>("", None, DAYS_LISTED_MAX)
        .await?
    {
        let kept =
            ImportDayRecord::day_of(&id).is_some_and(|day| today < day.saturating_add(DAYS_KEPT));
        if kept {
            continue;
        }
        let mut staged = Staged::default();
        staged.remove::<ImportDayRecord>(id.clone(), None, Some(stored.revision));
        staged.erase();
        let mut details = Parameters::new();
        details.put_str("day", &id);
        let event = ServiceEvent::of_deployment("DestroyImportDayKey", details);
        confirmed(commit(core, staged, event).await)?;
    }
    Ok(())
}

/// A token of the last second of a day lives through all of the next.
const DAYS_KEPT: u32 = 2;
const DAYS_LISTED_MAX: usize = 100;
