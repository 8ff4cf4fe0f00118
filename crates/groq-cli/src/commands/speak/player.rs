//! A program that plays a WAV file.

use std::{env, path::Path, process::Stdio};

use crate::failure::Failure;

/// Common players, with the arguments that make them play a file and exit.
const COMMON: &[&[&str]] = &[
    &["pw-play"],
    &["paplay"],
    &["aplay", "-q"],
    &["afplay"],
    &["ffplay", "-nodisp", "-autoexit", "-loglevel", "error"],
    &["play", "-q"],
];

const NO_PLAYER: &str =
    "no audio player found: write a file with -o, or set 'player' in the settings file";

/// A command line without the file.
#[derive(Debug, PartialEq)]
pub(super) struct Player(Vec<String>);

impl Player {
    /// Finds the player of the settings, or the first common one that is installed.
    pub(super) fn find(setting: Option<&str>) -> Result<Self, Failure> {
        let words: Vec<&str> = if let Some(setting) = setting {
            setting.split_whitespace().collect()
        } else {
            let installed = COMMON.iter().find(|words| is_installed(words[0]));
            installed.ok_or_else(|| Failure::usage(NO_PLAYER))?.to_vec()
        };
        if words.is_empty() {
            return Err(Failure::usage("the setting 'player' is empty"));
        }
        Ok(Self(words.into_iter().map(str::to_owned).collect()))
    }

    /// Plays a file to its end. A signal ends the player as well.
    pub(super) async fn play(&self, sound: &Path) -> Result<(), Failure> {
        let program = &self.0[0];
        let mut command = tokio::process::Command::new(program);
        for (name, _) in env::vars_os() {
            // A player needs neither the key nor the settings.
            if name.as_encoded_bytes().starts_with(b"GROQ_") {
                command.env_remove(name);
            }
        }
        let mut running = command
            .args(&self.0[1..])
            .arg(sound)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::usage(format!("start the player '{program}': {error}")))?;
        let ended = running.wait().await;
        match ended.map_err(|error| Failure::internal(format!("wait for '{program}': {error}")))? {
            ended if ended.success() => Ok(()),
            ended => Err(Failure::usage(format!(
                "the player '{program}' failed: {ended}"
            ))),
        }
    }
}

fn is_installed(program: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| {
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
