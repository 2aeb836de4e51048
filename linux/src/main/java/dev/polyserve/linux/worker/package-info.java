/// Worker processes: a supervisor that starts the same program again, and the part of the server that such a worker
/// runs.
///
/// ```
///   supervisor                                        worker
///   WorkerPool ── Worker ── ControlChannel ◀── socket of packets ──▶ ControlChannel ── WorkerMain, ControlLoop
///     ▲             │       WorkerCommand: serve, accept, take, abort, drain               │
///   PoolRunner      └ RemoteConnection, DescriptorTransfer          WorkerRunner ── the inner model's Runner
///   PerConnectionRunner     WorkerEvent: ready, accepted, started, closed, heartbeat     └ EventReporter
/// ```
///
/// **Threads**: the supervisor runs on its accept loop; in a worker the thread `polyserve-duty` reads commands, and any
/// thread may send events.
///
/// **Depends on** the runners and loops of `core`, on the sockets of this module, on its processes and system calls.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
