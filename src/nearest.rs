//! "Did you mean …?"

/// The one of `names` that a mistyped `name` is most like, if any is like it.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |other: &'a str| (strsim::jaro_winkler(other, name), other);
    let best = names.into_iter().map(similarity).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|&(similarity, _)| similarity > 0.7).map(|(_, nearest)| nearest)
}

/// `; did you mean 'sigmoid'?`, or what there is instead.
pub(crate) fn hint(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(nearest) => format!("did you mean '{nearest}'?"),
        None => format!("there are {}", names.join(", ")),
    }
}
