//! Each published crate compiles alone, with each set of its features: as it is, with none, with each, with all.

use anyhow::Result;

use super::cargo;

pub(super) fn run() -> Result<()> {
    for package in cargo::published()? {
        let name = cargo::name(&package);
        let features = package["features"].as_object().into_iter().flatten();
        let features: Vec<&str> = features.map(|(name, _)| name.as_str()).collect();
        for set in sets(&features) {
            println!("  {name} {}", set.join(" "));
            let mut arguments = vec!["check", "--quiet", "-p", name];
            arguments.extend(&set);
            cargo::run(&arguments)?;
        }
    }
    Ok(())
}

/// The flags of each set; sets that are the same thing are there once.
fn sets<'a>(features: &[&'a str]) -> Vec<Vec<&'a str>> {
    let own: Vec<&str> = features
        .iter()
        .copied()
        .filter(|name| *name != "default")
        .collect();
    let mut sets = vec![vec![]];
    if own.is_empty() {
        return sets;
    }
    sets.push(vec!["--no-default-features"]);
    if own.len() > 1 {
        sets.extend(
            own.into_iter()
                .map(|name| vec!["--no-default-features", "--features", name]),
        );
    }
    sets.push(vec!["--all-features"]);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_features() {
        for (features, expected) in [
            (&[][..], &[""][..]),
            (&["default"], &[""]),
            (
                &["default", "a"],
                &["", "--no-default-features", "--all-features"],
            ),
            (
                &["a", "b", "default"],
                &[
                    "",
                    "--no-default-features",
                    "--no-default-features --features a",
                    "--no-default-features --features b",
                    "--all-features",
                ],
            ),
        ] {
            let sets: Vec<String> = sets(features).iter().map(|set| set.join(" ")).collect();
            assert_eq!(sets, expected, "{features:?}");
        }
    }
}
