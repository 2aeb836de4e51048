/// What happens to a server when the system, its peers or its own handlers fail: each test does one bad thing, under every
/// model, and wants the server to go on and everything back as it was.
///
/// The server runs in a process of its own ([dev.polyserve.faults.FaultServer]), so that its descriptors, threads and
/// processor time can be told from the test's. [dev.polyserve.faults.Settings#test] compares what it holds before and
/// after each test. Before a server is told to end, [dev.polyserve.faults.ServerProcess] and
/// [dev.polyserve.faults.CommandLine] require that it is idle (less than 2 % of a core, `polling` excepted), and the former
/// that it holds no more memory than a server without clients. Failing system calls are injected with `strace` into the running process; a test that the machine
/// cannot run (no `strace`, no permission to trace, no control group to write) is skipped with the reason.
///
/// The normal run takes minutes. `-Dpolyserve.soak=N` makes what is counted (connections that come and go, peers that
/// reset) N times as much.
@NullMarked
package dev.polyserve.faults;

import org.jspecify.annotations.NullMarked;
