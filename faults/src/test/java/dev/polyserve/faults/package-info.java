/// Tests of a server when the system, its peers or its handlers fail.
///
/// Each test causes one fault under every model. It requires that the server continues and has the same resources as
/// before.
///
/// The server runs in a process of its own ([dev.polyserve.faults.FaultServer]), so that its descriptors, threads and
/// processor time can be measured separately. [dev.polyserve.faults.Settings#test] compares its resources before and
/// after each test. Before a server is ended, [dev.polyserve.faults.ServerProcess] and
/// [dev.polyserve.faults.CommandLine] require that it is idle (less than 2 % of a core, except `polling`). The former
/// also requires that it uses no more memory than a server without clients.
///
/// `strace` injects failing system calls into the running process. A test that the machine cannot run (no `strace`, no
/// permission to trace, no writable control group) is skipped with the reason.
///
/// The normal run takes minutes. `-Dpolyserve.soak=N` multiplies the repetitions (connections that come and go, peers
/// that reset) by N.
@NullMarked
package dev.polyserve.faults;

import org.jspecify.annotations.NullMarked;
