//! Every edition of the catalogue: new findings are read against the active one, tickets stand on theirs.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::catalogue::{CatalogueItem, FilingCondition, ItemKey};
use crate::domain::criterion::Criterion;
use crate::domain::reference::CatalogueEdition;
use crate::services::Result;

/// Items, filing conditions and criteria of every edition.
pub struct Catalogue {
    active: Option<CatalogueEdition>,
    entries: HashMap<ItemKey, Entry>,
    items_of_conditions: HashMap<Uuid, ItemKey>,
    criteria: HashMap<ItemKey, Criterion>,
}

/// An item with its filing conditions.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The item.
    pub item: CatalogueItem,
    /// Its conditions, by code.
    pub conditions: Vec<FilingCondition>,
}

impl Catalogue {
    /// An item of the active edition, by its code.
    pub fn active(&self, code: &str) -> Option<&Entry> {
        self.get(&self.active_key(code)?)
    }

    /// A criterion of the active edition, by its code.
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria.get(&self.active_key(code)?)
    }

    fn active_key(&self, code: &str) -> Option<ItemKey> {
        let edition = self.active.as_ref()?;
        Some(ItemKey {
            scheme: edition.scheme.clone(),
            version: edition.version.clone(),
            code: code.to_owned(),
        })
    }

    /// An item of any edition.
    pub fn get(&self, key: &ItemKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// A filing condition of any edition.
    pub fn condition(&self, id: Uuid) -> Option<&FilingCondition> {
        let entry = self.get(self.items_of_conditions.get(&id)?)?;
        entry.conditions.iter().find(|condition| condition.id == id)
    }

    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        let active = db::catalogue::find_active_edition(conn).await?;
        let entry = |item: CatalogueItem| {
            let conditions = Vec::new();
            (item.key.clone(), Entry { item, conditions })
        };
        let items = db::catalogue::all_items(conn).await?;
        let mut entries: HashMap<ItemKey, Entry> = items.into_iter().map(entry).collect();
        let mut items_of_conditions = HashMap::new();
        for condition in db::catalogue::all_conditions(conn).await? {
            items_of_conditions.insert(condition.id, condition.item.clone());
            if let Some(entry) = entries.get_mut(&condition.item) {
                entry.conditions.push(condition);
            }
        }
        let criteria = db::criterion::all(conn).await?.into_iter();
        Ok(Self {
            criteria: criteria.map(|it| (it.key.clone(), it)).collect(),
            active,
            entries,
            items_of_conditions,
        })
    }
}
