//! The rule of lists of structures.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::members::{
    Nested, Reader, Rule, STRUCTURE_FOUND, Slot, Structure, refuse, refuse_scalars,
};
use super::violations::{NOT_NULL, Report, Shown, length};

/// A list of structures; lengths count elements.
pub(crate) struct StructureList<T> {
    min: usize,
    max: usize,
    element: PhantomData<T>,
}

impl<T> StructureList<T> {
    pub(crate) const fn of(min: usize, max: usize) -> Self {
        Self {
            min,
            max,
            element: PhantomData,
        }
    }
}

impl<T: Structure> Rule for StructureList<T> {
    type Value = Vec<T>;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        name: &'static str,
        report: &mut Report,
        from: D,
    ) -> Result<Slot<Vec<T>>, D::Error> {
        from.deserialize_any(StructureListVisitor {
            name,
            rule: self,
            report,
        })
    }
}

impl<T> StructureList<T> {
    /// The good elements of a list that had `count`, unless these are too few or too many.
    fn accept(
        &self,
        elements: Option<Vec<T>>,
        count: usize,
        name: &str,
        report: &mut Report,
    ) -> Slot<Vec<T>> {
        let broken = length(count, self.min, self.max);
        if let Some(constraint) = &broken {
            // UNKNOWN: how AWS prints structures here; it is a form of its Java classes.
            report.violate(name, &Shown::Hidden, constraint);
        }
        elements
            .filter(|_| broken.is_none())
            .map_or(Slot::Broken, Slot::Good)
    }
}

struct StructureListVisitor<'a, T> {
    name: &'static str,
    rule: &'a StructureList<T>,
    report: &'a mut Report,
}

impl<T: Structure> StructureListVisitor<'_, T> {
    fn empty(self) -> Slot<Vec<T>> {
        self.rule
            .accept(Some(Vec::new()), 0, self.name, self.report)
    }
}

impl<'de, T: Structure> Visitor<'de> for StructureListVisitor<'_, T> {
    type Value = Slot<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Slot::Null)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Self::Value, S::Error> {
        let mut read = Some(Vec::new());
        let mut count = 0;
        let outer = self.report.path.len();
        loop {
            self.report
                .path
                .push_str(&format!("{}.{}.", self.name, count + 1));
            let reader = Reader {
                rule: &Nested::<T>::NEW,
                name: "member",
                report: &mut *self.report,
            };
            let Some(element) = elements.next_element_seed(reader)? else {
                break;
            };
            if matches!(element, Slot::Null) {
                self.report.violate("member", &Shown::Null, NOT_NULL);
            }
            self.report.path.truncate(outer);
            match (&mut read, element) {
                (Some(good), Slot::Good(element)) => good.push(element),
                _ => read = None,
            }
            count += 1;
        }
        self.report.path.truncate(outer);
        Ok(self.rule.accept(read, count, self.name, self.report))
    }

    fn visit_map<M: MapAccess<'de>>(self, _: M) -> Result<Self::Value, M::Error> {
        Err(refuse(self.report, STRUCTURE_FOUND.to_owned()))
    }

    refuse_scalars!("Expected list or null", empty_list: empty);
}
