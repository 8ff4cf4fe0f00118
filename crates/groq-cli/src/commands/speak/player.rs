//! A program that plays a WAV file.

use std::{env, path::Path, process::Stdio};

use crate::failure::Failure;

/// Players that are usual somewhere, with what makes them play a file and go.
const USUAL: &[&[&str]] = &[
    &["pw-play"],
    &["paplay"],
    &["aplay", "-q"],
    &["afplay"],
    &["ffplay", "-nodisp", "-autoexit", "-loglevel", "error"],
    &["play", "-q"],
];

/// A command line that lacks only the file.
#[derive(Debug, PartialEq)]
pub(super) struct Player(Vec<String>);

impl Player {
    /// The one of the settings, or the first usual one that is installed.
    pub(super) fn find(setting: Option<&str>) -> Result<Self, Failure> {
        if let Some(setting) = setting {
            let words: Vec<String> = setting.split_whitespace().map(str::to_owned).collect();
            return match words.is_empty() {
                true => Err(Failure::usage("the setting 'player' names no program")),
                false => Ok(Self(words)),
            };
        }
        let installed = USUAL.iter().find(|words| is_installed(words[0]));
        match installed {
            Some(words) => Ok(Self(words.iter().map(|word| (*word).to_owned()).collect())),
            None => Err(Failure::usage(
                "no program was found that plays sound: write a file with -o, or set 'player' in the settings",
            )),
        }
    }

    /// Plays a file to its end. An interrupt ends the player as well.
    pub(super) async fn play(&self, sound: &Path) -> Result<(), Failure> {
        let program = &self.0[0];
        let mut running = tokio::process::Command::new(program)
            .args(&self.0[1..])
            .arg(sound)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::usage(format!("start the player '{program}': {error}")))?;
        let ended = running
            .wait()
            .await
            .map_err(|error| Failure::internal(format!("wait for '{program}': {error}")))?;
        match ended.success() {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "the player '{program}' failed: {ended}"
            ))),
        }
    }
}

fn is_installed(program: &str) -> bool {
    let Some(path) = env::var_os("PATH") else {
        return false;
    };
    env::split_paths(&path).any(|folder| {
        folder.join(program).is_file() || folder.join(format!("{program}.exe")).is_file()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_of_the_settings_has_arguments() {
        let player = Player::find(Some("mpv --really-quiet")).unwrap();
        assert_eq!(player.0, ["mpv", "--really-quiet"]);
        assert!(Player::find(Some(" ")).is_err());
    }
}
