//! Process groups: a child with everything it starts, so that all of it can be ended.

use std::process::Command;

/// How a group is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Gracefully,
    AtOnce,
}

/// Puts a child that is about to start into a group of its own.
#[cfg(unix)]
pub(crate) fn own(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn own(_: &mut Command) {}

/// Ends the group of a child. One that has ended already is none of our business.
#[cfg(unix)]
pub(crate) fn end(child: u32, how: End) {
    let signal = match how {
        End::Gracefully => "TERM",
        End::AtOnce => "KILL",
    };
    // The shell's own `kill`: a call of libc would be the only unsafe code here.
    let mut command = Command::new("sh");
    command.args(["-c", &format!("kill -s {signal} -- -{child} 2>/dev/null")]);
    let _ = command.status();
}

#[cfg(not(unix))]
pub(crate) fn end(child: u32, _: End) {
    let mut command = Command::new("taskkill");
    command.args(["/T", "/F", "/PID", &child.to_string()]);
    let _ = command.output();
}

/// Calls `stop` when the person, or the system, wants this command to end.
#[cfg(unix)]
pub(crate) fn on_stop(stop: impl Fn() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || signals.forever().for_each(|_| stop()));
    Ok(())
}

/// Elsewhere the console ends everything that runs in it.
#[cfg(not(unix))]
pub(crate) fn on_stop(_: impl Fn() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn the_whole_group_ends() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo started; wait"]);
        own(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let mut stdout = child.stdout.take().expect("piped");
        let mut started = [0; 8];
        stdout.read_exact(&mut started).expect("says that it started");
        end(child.id(), End::Gracefully);
        // The stream ends when the last process that holds it has.
        stdout.read_to_end(&mut Vec::new()).expect("reads");
        assert!(!child.wait().expect("ends").success());
    }
}
