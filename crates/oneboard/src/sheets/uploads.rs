//! Workbooks between their dry run and their confirmation: kept in memory, one a person, for a short while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use board::{OperationId, PersonId};
use uuid::Uuid;

/// Long enough to read five hundred lines, short enough that nobody confirms what they no longer remember.
const KEPT: Duration = Duration::from_secs(30 * 60);
/// All uploads together: eight workbooks of the largest size.
const MOST_BYTES: usize = 8 * paper::workbook::limits::MAX_FILE_BYTES;

#[derive(Debug, Clone)]
pub struct Upload {
    /// Names the import; its command has this id, so that confirming twice does nothing twice.
    pub id: Uuid,
    pub file_name: String,
    pub bytes: Arc<[u8]>,
    pub operation: Option<OperationId>,
    at: Instant,
}

#[derive(Debug, Default)]
pub struct Uploads(Mutex<HashMap<PersonId, Upload>>);

impl Uploads {
    /// Keeps a person's workbook in place of the one before; the oldest of all go when there is no room.
    pub fn keep(
        &self,
        person: PersonId,
        file_name: String,
        bytes: Arc<[u8]>,
        operation: Option<OperationId>,
        now: Instant,
    ) -> Upload {
        let upload = Upload { id: Uuid::now_v7(), file_name, bytes, operation, at: now };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, upload| now.saturating_duration_since(upload.at) < KEPT);
        kept.insert(person, upload.clone());
        while kept.values().map(|upload| upload.bytes.len()).sum::<usize>() > MOST_BYTES {
            let Some(oldest) = kept.iter().min_by_key(|(_, upload)| upload.at).map(|(person, _)| *person) else {
                break;
            };
            kept.remove(&oldest);
        }
        upload
    }

    /// A person's own workbook, if it is still kept.
    pub fn find(&self, person: PersonId, id: Uuid, now: Instant) -> Option<Upload> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let upload = kept.get(&person).filter(|upload| upload.id == id)?;
        (now.saturating_duration_since(upload.at) < KEPT).then(|| upload.clone())
    }

    pub fn forget(&self, person: PersonId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(count: usize) -> Arc<[u8]> {
        vec![0; count].into()
    }

    #[test]
    fn an_upload_is_its_owners_alone_and_not_for_ever() {
        let (uploads, now) = (Uploads::default(), Instant::now());
        let (one, other) = (PersonId::from_value(1), PersonId::from_value(2));
        let kept = uploads.keep(one, "a.xlsx".into(), bytes(3), None, now);
        assert!(uploads.find(one, kept.id, now).is_some());
        assert!(uploads.find(other, kept.id, now).is_none());
        assert!(uploads.find(one, kept.id, now + KEPT).is_none());
        let next = uploads.keep(one, "b.xlsx".into(), bytes(3), None, now);
        assert!(uploads.find(one, kept.id, now).is_none() && uploads.find(one, next.id, now).is_some());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let (uploads, start) = (Uploads::default(), Instant::now());
        let all: Vec<_> = (0..12)
            .map(|n| {
                let at = start + Duration::from_secs(n);
                let size = paper::workbook::limits::MAX_FILE_BYTES;
                (
                    PersonId::from_value(n),
                    uploads.keep(PersonId::from_value(n), String::new(), bytes(size), None, at).id,
                )
            })
            .collect();
        let left: Vec<bool> = all.iter().map(|(person, id)| uploads.find(*person, *id, start).is_some()).collect();
        assert_eq!(left, [vec![false; 4], vec![true; 8]].concat());
    }
}
