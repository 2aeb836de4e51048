package dev.polyserve;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A server's counters at one moment: [Server#stats]. Implemented by the library, which may add counters in a later
/// version.
///
/// Taking them costs the connections nothing: loops and threads write plain fields of their own, and a snapshot reads
/// those. So the values of one snapshot may be of slightly different moments, and lag some turns behind. With worker
/// processes, the figures of the workers are in the sums, as they last reported them, and one by one in
/// [#workers]: a worker reports once a second while its accept loop has something to do, and else three times in
/// [Workers#silence]. A worker with open connections is asked for its figures by [Server#stats], at most twice a second, and
/// has a tenth of a second to answer.
///
/// **Thread**: any.
public interface ServerStats {
    /// Connections now open, including those that wait in a queue.
    long active();

    /// Connections accepted since the start.
    long accepted();

    /// Accepted connections that were rejected before a handler began.
    long rejected();

    /// [#rejected], by the limit that was the reason; the rest was refused by a [ConnectionFilter]. Limits that were no
    /// reason are absent.
    Map<Limit, Long> rejectedByLimit();

    /// Accepted connections that are over, by the reason; those rejected are not among them. Reasons that did not occur
    /// are absent.
    Map<CloseReason, Long> closed();

    /// How long the connections of [#closed] were open.
    Histogram connectionDurations();

    /// Handlers that threw, datagrams included.
    long failed();

    /// Failed attempts to accept.
    long acceptErrors();

    /// [#acceptErrors], by the reason: the name of the system's error number, such as `EMFILE`, or that of the exception's
    /// class where there is no number. After 32 different reasons, others count as `other`.
    Map<String, Long> acceptErrorsByReason();

    /// Datagrams received.
    long datagramsIn();

    /// Datagrams sent.
    long datagramsOut();

    /// Bytes received so far, on open connections too; without what TLS adds.
    long bytesIn();

    /// Bytes sent so far, on open connections too; without what TLS adds.
    long bytesOut();

    /// Bytes that buffers occupy now.
    long bufferedBytes();

    /// Worker processes started to replace others, for any [RestartReason].
    long workerRestarts();

    /// [#workerRestarts], by the reason. Reasons that did not occur are absent.
    Map<RestartReason, Long> workerRestartsByReason();

    /// How often another thread has taken over an event loop whose thread a handler's code occupied, or has run such code
    /// beside the loop, because the handler took long before.
    long handOffs();

    /// Turns of event loops that took longer than [Options.Timeouts#stall].
    long stalls();

    /// How often each limit was reached; limits never reached are absent.
    Map<Limit, Long> reached();

    /// The handshakes of TLS.
    TlsStats tls();

    /// Each endpoint, in the order of [Server#endpoints].
    List<ListenerStats> listeners();

    /// Each event loop of this process. Under models with threads there is one, which accepts.
    List<LoopStats> loops();

    /// Each worker process, in the order of [Server#workers]; empty under models without any.
    List<WorkerStats> workers();

    /// Each upstream, as [ServerBuilder#upstreams] tells; those of worker processes together. Empty without that.
    List<UpstreamStats> upstreams();

    /// How many values fell into each of some ranges.
    ///
    /// The bounds never change, so that the difference of two histograms is that of the values in between.
    interface Histogram {
        /// The largest value of each bucket, ascending. One more bucket holds the values above the last bound.
        List<Duration> bounds();

        /// How many values each bucket holds: one number more than there are bounds, not cumulative.
        List<Long> counts();

        /// The sum of all values.
        Duration sum();

        /// How many values there are.
        default long count() {
            return counts().stream().mapToLong(Long::longValue).sum();
        }
    }

    /// One endpoint of a server.
    interface ListenerStats {
        /// Where it listens, with its real port.
        Endpoint endpoint();

        /// Connections through it now open.
        long active();

        /// Connections that it has accepted.
        long accepted();

        /// Those of [#accepted] that were rejected before a handler began.
        long rejected();

        /// How often the system has dropped a client's attempt to connect because the backlog was full, since the socket
        /// began to listen; empty where the system does not tell.
        OptionalLong overflows();
    }

    /// One event loop.
    interface LoopStats {
        /// Its name, which is also that of its thread.
        String name();

        /// The lag of the loop: how long its turns took. What becomes ready during a turn waits until the end of it.
        Histogram lag();

        /// How long its turns took together, without the waits between them.
        Duration busy();

        /// The part of the time that its turns take, over about the last second: from 0 to 1. A turn that goes on counts.
        double busyRatio();

        /// Its turns that took longer than [Options.Timeouts#stall].
        long stalls();

        /// How often another thread has taken it over, or has run a handler's code beside it.
        long handOffs();
    }

    /// The handshakes of TLS, on connections of `tls://` endpoints and after [Connection#startTls].
    interface TlsStats {
        /// How many handshakes are over, by how they ended.
        List<Handshakes> handshakes();

        /// How long the handshakes that succeeded took, from the first byte of the client.
        Histogram handshakeDurations();

        /// When the first certificate expires: [Server#certificateExpires].
        Optional<Instant> certificateExpires();
    }

    /// The handshakes of TLS that ended in the same way.
    interface Handshakes {
        /// How they ended.
        HandshakeResult result();

        /// The version that was agreed on, as the JDK names it (`TLSv1.3`); empty unless they succeeded.
        Optional<String> version();

        /// Whether they resumed a session, as far as its age shows.
        boolean resumed();

        /// How many there were.
        long count();
    }

    /// How a handshake of TLS ended.
    enum HandshakeResult {
        /// The connection has TLS.
        SUCCEEDED,
        /// The peer and the server did not agree, or one of them broke the rules, or the peer was gone.
        FAILED,
        /// The server ended it, at a limit or because it stopped.
        ABORTED
    }

    /// One worker process. Its figures are those that it last reported.
    interface WorkerStats {
        /// Its number, its process and its state.
        WorkerInfo info();

        /// Bytes received there, on open connections too.
        long bytesIn();

        /// Bytes sent there, on open connections too.
        long bytesOut();

        /// Bytes that buffers occupy there now.
        long bufferedBytes();

        /// Datagrams received there.
        long datagramsIn();

        /// Datagrams sent there.
        long datagramsOut();

        /// Each of its event loops.
        List<LoopStats> loops();

        /// Its handshakes of TLS.
        TlsStats tls();
    }

    /// A server that handlers connect to. A program that tells them implements it ([ServerBuilder#upstreams]).
    interface UpstreamStats {
        /// Where it is.
        Endpoint endpoint();

        /// How many processes connect to it: worker processes, or this one.
        default int processes() {
            return 1;
        }

        /// In how many of these it is up, so that it gets connections.
        int up();

        /// Connections to it now open.
        long active();

        /// Connections to it so far.
        long connected();

        /// Connects to it that have failed.
        long failed();

        /// Bytes sent to it.
        long bytesOut();

        /// Bytes received from it.
        long bytesIn();

        /// Its state in words: `up`, `down`, or `up in 1 of 2` processes.
        default String state() {
            if (up() == 0) {
                return "down";
            }
            return up() == processes() ? "up" : "up in " + up() + " of " + processes();
        }
    }

    /// Why a worker process was replaced by another one.
    enum RestartReason {
        /// It ended before it served, or did not serve in time: [Workers#boot].
        START("start"),
        /// It ended by itself, or something other than this server killed it.
        CRASH("crash"),
        /// It was killed because its accept loop was stuck: [Workers#silence].
        SILENCE("silence"),
        /// It was killed because it did not do what it was told: take, end or answer something, or read its commands.
        UNRESPONSIVE("unresponsive"),
        /// TERM or INT asked it to end.
        SIGNAL("signal"),
        /// It had reached a limit of its life: [Workers#recycleConnections], [Workers#recycleAge].
        RECYCLED("recycled");

        private final String label;

        RestartReason(String label) {
            this.label = label;
        }

        /// Its name in messages.
        public String label() {
            return label;
        }
    }

    /// Why a connection is over: the kinds of [Cause].
    enum CloseReason {
        /// The conversation ended normally: [Cause.Done].
        DONE("done"),
        /// The peer was gone: [Cause.PeerReset].
        PEER_RESET("reset"),
        /// A wait took longer than its limit: [Cause.TimedOut].
        TIMED_OUT("timed out"),
        /// The connection exceeded a limit: [Cause.LimitReached].
        LIMIT_REACHED("limit"),
        /// The handler threw: [Cause.Failed].
        FAILED("failed"),
        /// The server ended it: [Cause.Stopped].
        STOPPED("stopped");

        private final String label;

        CloseReason(String label) {
            this.label = label;
        }

        /// Its name in messages, the beginning of [Cause#phrase].
        public String label() {
            return label;
        }

        /// The kind of this cause.
        public static CloseReason of(Cause cause) {
            return switch (cause) {
                case Cause.Done _ -> DONE;
                case Cause.PeerReset _ -> PEER_RESET;
                case Cause.TimedOut _ -> TIMED_OUT;
                case Cause.LimitReached _ -> LIMIT_REACHED;
                case Cause.Failed _ -> FAILED;
                case Cause.Stopped _ -> STOPPED;
            };
        }
    }
}
