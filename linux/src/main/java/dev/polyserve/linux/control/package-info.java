/// The control channel between a supervisor and a worker: the messages, their bytes, and the socket that carries them
/// with descriptors.
///
/// ```
///   supervisor ── WorkerControlChannel ── WorkerCommand: serve, take, drain … ─▶ WorkerControlChannel ── worker
///              ◀── WorkerEventMessage: ready, accepted, started, closed, heartbeat ──
/// ```
///
/// **Threads**: any thread may send; one thread at each end receives.
///
/// **Depends on** the public interface, whose types the messages contain, on the packet sockets of this module and its
/// system calls. Both ends use this package; it uses neither.
@NullMarked
package dev.polyserve.linux.control;

import org.jspecify.annotations.NullMarked;
