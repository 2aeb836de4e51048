/// The supervisor of worker processes: it starts the same program again, watches and replaces the workers, and serves
/// connections and datagrams through them.
///
/// ```
///   ProcessPoolRunner, ProcessPerConnectionRunner ── SupervisorLoop ── WorkerPool ── Worker ── WorkerControlChannel
///        │                                                               └ its assignments:
///        └ SupervisorSocketProvider, NumberedSocketProvider                 WorkerServedConnection, TransferredConnection
/// ```
///
/// [dev.polyserve.linux.supervisor.ProcessPoolRunner] shares its listeners with workers that accept themselves (prefork);
/// [dev.polyserve.linux.supervisor.ProcessPerConnectionRunner] accepts, and transfers each connection to a worker of its own.
///
/// **Threads**: the supervisor's loop, which is the server's accept loop; members that any thread may call state it.
///
/// **Depends on** the control channel, on the runners and loops of `core`, on the sockets, processes, multiplexers and
/// system calls of this module, and on the self-signed certificate of `tls`. It does not use the worker's side.
@NullMarked
package dev.polyserve.linux.supervisor;

import org.jspecify.annotations.NullMarked;
