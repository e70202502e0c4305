//! Selection of the app that a command works on.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, FailureContext, Result};
use crate::workspace::{Member, Mode, Workspace};

/// Rally's own examples. The first one that exists is used if the workspace has several apps, no
/// app is named, and the current directory is in no app.
const DEFAULT_APPS: [&str; 4] = ["realworld", "guestbook", "chat", "counter"];

/// A package with an `index.html`, from which a server binary and browser files are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) roots: Vec<PathBuf>,
}

impl App {
    /// Returns the app with the given name. Without a name, returns the app that contains the
    /// current directory, or else a default app.
    pub(crate) fn choose(workspace: &Workspace, named: Option<&str>) -> Result<Self> {
        let current_dir =
            std::env::current_dir().context(|| "read the current directory".to_owned())?;
        select(workspace, named, &current_dir)
    }

    pub(crate) fn all(workspace: &Workspace) -> Vec<Self> {
        let apps = workspace.members.iter().filter(|member| member.is_app);
        apps.map(Self::of).collect()
    }

    pub(crate) fn binary(&self, workspace: &Workspace, mode: Mode) -> PathBuf {
        let name = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        workspace.binaries(mode).join(name)
    }

    pub(crate) fn dist(&self, workspace: &Workspace, mode: Mode) -> PathBuf {
        workspace.dist(mode).join(&self.name)
    }

    pub(crate) fn migrations(&self) -> Option<PathBuf> {
        Some(self.dir.join("migrations")).filter(|dir| dir.is_dir())
    }

    pub(crate) fn query_data(&self) -> PathBuf {
        self.dir.join(".sqlx")
    }

    fn of(member: &Member) -> Self {
        let Member { name, dir, roots, .. } = member.clone();
        Self { name, dir, roots }
    }
}

fn select(workspace: &Workspace, named: Option<&str>, current_dir: &Path) -> Result<App> {
    let apps: Vec<&Member> = workspace.members.iter().filter(|member| member.is_app).collect();
    let member = match named {
        Some(name) => find_named(workspace, &apps, name)?,
        None => find_unnamed(&apps, current_dir)?,
    };
    if !member.binaries.contains(&member.name) {
        return Err(Failure::new(format!(
            "the app `{0}` has no server binary `{0}`: create src/main.rs in its package",
            member.name
        )));
    }
    Ok(App::of(member))
}

fn find_named<'a>(workspace: &Workspace, apps: &[&'a Member], name: &str) -> Result<&'a Member> {
    if let Some(app) = apps.iter().find(|app| app.name == name) {
        return Ok(app);
    }
    let known = workspace.members.iter().find(|member| member.name == name);
    Err(Failure::new(match known {
        Some(member) => format!(
            "the package `{name}` is not an app: create {} with \
             `<link data-trunk rel=\"rust\" />` in it",
            member.dir.join("index.html").display()
        ),
        None => format!("there is no app `{name}` in this workspace: use one of {}", names(apps)),
    }))
}

fn find_unnamed<'a>(apps: &[&'a Member], current_dir: &Path) -> Result<&'a Member> {
    // The innermost app is selected, because the root of the workspace may be an app too.
    let around = apps.iter().filter(|app| current_dir.starts_with(&app.dir));
    if let Some(app) = around.max_by_key(|app| app.dir.components().count()) {
        return Ok(app);
    }
    let default_app =
        DEFAULT_APPS.iter().find_map(|name| apps.iter().find(|app| app.name == *name));
    match (apps, default_app) {
        ([], _) => Err(Failure::new(
            "this workspace has no app: an app is a package with an index.html that has \
             `<link data-trunk rel=\"rust\" />` in it",
        )),
        ([app], _) => Ok(app),
        (_, Some(app)) => Ok(app),
        (_, None) => Err(Failure::new(format!(
            "this workspace has several apps: write `-p` and one of {}",
            names(apps)
        ))),
    }
}

fn names(apps: &[&Member]) -> String {
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(names: &[&str]) -> Workspace {
        let member = |name: &&str| Member {
            name: (*name).to_owned(),
            dir: Path::new("/w/examples").join(name),
            binaries: vec![(*name).to_owned()],
            roots: Vec::new(),
            rust_version: None,
            is_app: true,
        };
        let mut members: Vec<Member> = names.iter().map(member).collect();
        members.push(Member { is_app: false, ..member(&"library") });
        let [root, target] = ["/w", "/w/target"].map(PathBuf::from);
        Workspace { root, target, members, test_with: Vec::new() }
    }

    #[track_caller]
    fn check(names: &[&str], named: Option<&str>, current_dir: &str, expected: &str) {
        let app = select(&workspace(names), named, Path::new(current_dir))
            .expect("an app should be selected");
        assert_eq!(app.name, expected);
    }

    #[track_caller]
    fn check_refused(names: &[&str], named: Option<&str>, part: &str) {
        let failure = select(&workspace(names), named, Path::new("/w"))
            .expect_err("no app should be selected");
        assert!(failure.to_string().contains(part), "{failure}");
    }

    #[test]
    fn the_named_app_is_selected() {
        check(&["chat", "counter"], Some("counter"), "/w/examples/chat", "counter");
    }

    #[test]
    fn without_a_name_the_app_around_the_current_directory_is_selected() {
        check(&["chat", "counter"], None, "/w/examples/counter", "counter");
        check(&["chat", "counter"], None, "/w/examples/counter/src/pages", "counter");
    }

    #[test]
    fn otherwise_the_default_app_is_selected() {
        check(&["counter", "chat"], None, "/w", "chat");
        check(&["counter", "mine"], None, "/w", "counter");
        check(&["mine"], None, "/w", "mine");
    }

    #[test]
    fn an_error_says_what_to_write() {
        check_refused(&["a", "b"], None, "write `-p` and one of a, b");
        check_refused(&["a"], Some("b"), "use one of a");
        check_refused(&["a"], Some("library"), "/w/examples/library/index.html");
        check_refused(&[], None, "index.html");
    }

    #[test]
    fn an_app_without_a_server_binary_is_an_error() {
        let mut workspace = workspace(&["a"]);
        workspace.members[0].binaries.clear();
        let failure = select(&workspace, None, Path::new("/w"))
            .expect_err("an app without a binary should be refused");
        assert!(failure.to_string().contains("src/main.rs"), "{failure}");
    }
}
