//! Process groups: a child process can be ended together with its descendants.

use std::process::Command;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Termination {
    Graceful,
    Forced,
}

/// Makes a command start in a new process group.
#[cfg(unix)]
pub(crate) fn own(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn own(_: &mut Command) {}

/// Ends the process group of a child. Does nothing if the group has already ended.
#[cfg(unix)]
pub(crate) fn end(child: u32, how: Termination) {
    let signal = match how {
        Termination::Graceful => "TERM",
        Termination::Forced => "KILL",
    };
    // The shell's `kill`, because a call to libc would need unsafe code.
    let mut command = Command::new("sh");
    command.args(["-c", &format!("kill -s {signal} -- -{child} 2>/dev/null")]);
    let _ = command.status();
}

#[cfg(not(unix))]
pub(crate) fn end(child: u32, _: Termination) {
    let mut command = Command::new("taskkill");
    command.args(["/T", "/F", "/PID", &child.to_string()]);
    let _ = command.output();
}

#[cfg(unix)]
pub(crate) fn on_stop(stop: impl Fn() + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || signals.forever().for_each(|_| stop()));
    Ok(())
}

/// Does nothing. On Windows, Ctrl+C ends all processes of the console.
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
    fn ending_a_group_ends_all_its_processes() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo started; wait"]);
        own(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the shell should start");
        let mut stdout = child.stdout.take().expect("stdout should be a pipe");
        let mut started = [0; 8];
        stdout.read_exact(&mut started).expect("the shell should print `started`");
        end(child.id(), Termination::Graceful);
        // The pipe is closed when the last process of the group has ended.
        stdout
            .read_to_end(&mut Vec::new())
            .expect("the pipe should be readable until it is closed");
        assert!(!child.wait().expect("the shell should end").success());
    }
}
