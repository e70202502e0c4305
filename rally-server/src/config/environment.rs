//! The environment: where the app runs, and the variables of `.env`.

use std::path::Path;

use crate::config::BootError;

/// Where an app runs: for its developers, or for everybody.
///
/// In production cookies are `Secure` and browsers are told to come by https
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// On somebody's own machine, without https.
    #[default]
    Development,
    /// Behind https.
    Production,
}

impl Environment {
    /// What `APP_ENV` says: `prod` or `production`, in any case, is production,
    /// anything else and nothing is development.
    pub fn current() -> Self {
        Self::named(&std::env::var("APP_ENV").unwrap_or_default())
    }

    fn named(name: &str) -> Self {
        let names = ["prod", "production"];
        match names.iter().any(|it| it.eq_ignore_ascii_case(name.trim())) {
            true => Self::Production,
            false => Self::Development,
        }
    }

    /// Whether this is production.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

/// Sets the variables of the file that are not set yet: what the environment
/// says itself counts. Without such a file nothing is set.
///
/// Called before there are threads: they could read while this writes.
pub(crate) fn load_dotenv(file: &Path) -> Result<(), BootError> {
    let wrong = |what: String| {
        let file = file.display();
        Err(BootError::new(format_args!("`{file}`: {what}: a line is `NAME=value` or `# comment`")))
    };
    match dotenvy::from_path(file) {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        // Not the line itself: there are secrets in this file.
        Err(dotenvy::Error::LineParse(line, _)) => {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            match text.lines().position(|it| it.trim() == line.trim()) {
                Some(index) => wrong(format!("line {} is not understood", index + 1)),
                None => wrong("a line is not understood".to_owned()),
            }
        }
        Err(error) => wrong(format!("it cannot be read ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_asked_for_by_name() {
        for name in ["prod", "production", "PROD", "Production"] {
            assert_eq!(Environment::named(name), Environment::Production, "{name}");
        }
        for name in ["", "dev", "development", "product", "prod2", "staging"] {
            assert_eq!(Environment::named(name), Environment::Development, "{name}");
        }
    }

    /// Written and read; the names are this test's own, since the environment
    /// is every test's.
    fn loaded(text: &str) -> Result<(), BootError> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(".env");
        std::fs::write(&file, text).unwrap();
        load_dotenv(&file)
    }

    #[test]
    fn the_file_gives_what_the_environment_does_not() {
        let text = "# a comment\n\nexport RALLY_TEST_A=one # another\nRALLY_TEST_B=\"two words\"\n\
                    RALLY_TEST_C='it''s #3'\nPATH=/nowhere\n";
        loaded(text).unwrap();
        let var = |name| std::env::var(name).unwrap();
        assert_eq!(var("RALLY_TEST_A"), "one");
        assert_eq!(var("RALLY_TEST_B"), "two words");
        assert_eq!(var("RALLY_TEST_C"), "its #3");
        assert_ne!(var("PATH"), "/nowhere");
    }

    #[test]
    fn a_line_that_is_wrong_is_named_and_not_shown() {
        let error = loaded("RALLY_TEST_D=1\nsecret with no name\n").unwrap_err().to_string();
        assert!(error.contains("line 2 is not understood"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn there_need_not_be_a_file() {
        load_dotenv(Path::new("/nowhere/.env")).unwrap();
    }
}
