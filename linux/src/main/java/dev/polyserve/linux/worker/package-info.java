/// Worker processes: a supervisor that starts the same program again, and what such a worker does instead of the whole.
///
/// ```
///   supervisor                                        worker
///   Crew ── Worker ── Link ◀── socket of packets ──▶ Link ── Duty
///     ▲        │      Order: serve, accept, take, abort, drain        │
///   PoolRunner └ ServedElsewhere, HandedOver          WorkerRunner ── the inner model's Runner
///   HandOverRunner      Report: ready, came, opened, over, beat       └ Reporter hears what happens there
/// ```
///
/// **Threads**: all of the supervisor happens on its accept loop; in a worker the thread `polyserve-duty` reads orders, and
/// reports may come from any.
///
/// **Depends on** the runners and loops of `core`, on the sockets of this module, on its processes and system calls.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
