/// Processes. Other programs are started with exactly the given descriptors, ended, and never waited for by accident;
/// the current process has its command line, its signals, its user and the mode of the files that it creates.
///
/// **Threads**: a [dev.polyserve.linux.process.ChildProgram] is a value; any thread may start one, which takes about as long
/// as `exec` does; any thread may use a [dev.polyserve.linux.process.ChildProcess].
///
/// **Depends on** the sockets of this module, for descriptors that loops watch, and its system calls.
@NullMarked
package dev.polyserve.linux.process;

import org.jspecify.annotations.NullMarked;
