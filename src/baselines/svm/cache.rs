use std::rc::Rc;

/// Rows of a matrix, kept while there is room; the one that was asked for longest ago makes room for another.
pub(super) struct RowCache {
    most: usize,
    kept: usize,
    /// By row of the matrix what is kept of it, and when it was asked for last.
    rows: Vec<Option<(Rc<[f32]>, u64)>>,
    time: u64,
}

impl RowCache {
    /// For a matrix of `rows` rows of `length` numbers, in at most `bytes`, or one row.
    pub fn new(rows: usize, length: usize, bytes: usize) -> Self {
        let most = (bytes / (length * size_of::<f32>())).max(1);
        Self { most, kept: 0, rows: vec![None; rows], time: 0 }
    }

    /// A row, which `make` makes if it is not there.
    pub fn row(&mut self, row: usize, make: impl FnOnce() -> Rc<[f32]>) -> Rc<[f32]> {
        self.time += 1;
        if let Some((values, time)) = &mut self.rows[row] {
            *time = self.time;
            return values.clone();
        }
        if self.kept == self.most {
            // A look at every row is little beside making one.
            let age = |kept: &&mut Option<(_, u64)>| kept.as_ref().map_or(u64::MAX, |kept| kept.1);
            if let Some(oldest) = self.rows.iter_mut().min_by_key(age) {
                *oldest = None;
            }
        } else {
            self.kept += 1;
        }
        let values = make();
        self.rows[row] = Some((values.clone(), self.time));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_asked_for_longest_ago_makes_room() {
        let mut cache = RowCache::new(5, 4, 3 * 4 * size_of::<f32>());
        let mut made = Vec::new();
        for row in [0, 1, 2, 0, 3, 0, 2, 1, 3, 4, 4] {
            let values = cache.row(row, || {
                made.push(row);
                [row as f32; 4].into()
            });
            assert_eq!(values[..], [row as f32; 4]);
            assert!(cache.rows.iter().flatten().count() <= 3);
        }
        // 3 takes the place of 1, 1 that of 3 (0 and 2 were asked for again), and so on.
        assert_eq!(made, [0, 1, 2, 3, 1, 3, 4]);
    }
}
