/// How a file of another program is to be read, where the user says it. Names are those of its header.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The column that numbers the rows of a run.
    pub epoch_column: Option<String>,
    /// The column of the seeds, which is called `seed` from then on.
    pub seed_column: Option<String>,
    /// Columns that are settings, whatever they look like.
    pub settings: Vec<String>,
    /// Columns that are left out.
    pub ignore: Vec<String>,
    /// Words that stand where there is no value, besides those that are known.
    pub missing: Vec<String>,
    /// Whether 0,5 is a number: a half.
    pub decimal_comma: bool,
}

impl Reading {
    /// The options that this stands for.
    #[must_use]
    pub fn options(&self) -> Vec<String> {
        let Self { epoch_column, seed_column, settings, ignore, missing, decimal_comma } = self;
        let list = |words: &[String]| (!words.is_empty()).then(|| words.join(","));
        let valued = [
            ("--epoch-column", epoch_column.clone()),
            ("--seed-column", seed_column.clone()),
            ("--settings", list(settings)),
            ("--ignore", list(ignore)),
            ("--missing", list(missing)),
        ];
        let valued = valued.into_iter().filter_map(|(name, value)| Some([name.into(), value?]));
        let flags = decimal_comma.then(|| "--decimal-comma".to_string());
        valued.flatten().chain(flags).collect()
    }
}
