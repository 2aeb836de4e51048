/// A worker process: the part of a server that serves connections and datagrams by the commands of its supervisor.
///
/// ```
///   WorkerControlChannel ── WorkerCommandLoop: carries out commands ──▶ Server ── SupervisedRunner ── Runner
///            ▲                                                            │
///            └─────────── WorkerEventReporter: reports events ◀───────────┘
/// ```
///
/// **Threads**: the thread that starts the server, `polyserve-control`, carries out commands; any thread may report
/// events.
///
/// **Depends on** the control channel, on the runners and loops of `core`, on the sockets, processes, multiplexers and
/// system calls of this module. It does not use the supervisor's side.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
