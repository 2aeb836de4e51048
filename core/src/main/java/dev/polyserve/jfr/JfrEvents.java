package dev.polyserve.jfr;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.text.PrintableAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// Writes the JFR events that no [dev.polyserve.ServerListener] reports: hand-offs of loops, TLS handshakes, starts and
/// ends of workers. Without a recording that wants them, each method costs one read or two.
///
/// **Thread**: any.
public final class JfrEvents {
    /// Whether the classes of the events are loaded and registered. The recorder takes locks and much time for that, so no
    /// event loop does it.
    private static volatile boolean ready;

    private JfrEvents() {}

    /// Whether events can be written. **Thread**: any.
    static boolean isReady() {
        return ready;
    }

    /// Prepares the events, if a recorder is initialised already. **Thread**: one that may wait.
    static void prepareIfRecorded() {
        if (!ready && FlightRecorder.isInitialized()) {
            prepare();
        }
    }

    /// Loads and registers the events: a recorder is initialised. **Thread**: one that may wait.
    static void prepare() {
        List<Boolean> _ = List.of(ConnectionOpenedEvent.isWanted(), ConnectionClosedEvent.isWanted(),
                ConnectionRejectedEvent.isWanted(), AcceptErrorEvent.isWanted(), LoopStallEvent.isWanted(),
                LoopHandOffEvent.isWanted(), TlsHandshakeEvent.isWanted(), WorkerStartedEvent.isWanted(),
                WorkerEndedEvent.isWanted());
        ready = true;
    }

    /// A loop was handed off, or a handler's code runs beside it.
    ///
    /// @param connection the connection that the loop serves, where that is known
    /// @param reason why, in one word
    public static void handOff(String loop, @Nullable ConnectionInfo connection, String reason) {
        if (isReady() && LoopHandOffEvent.isWanted()) {
            LoopHandOffEvent event = new LoopHandOffEvent();
            if (event.shouldCommit()) {
                event.loop = loop;
                event.connection = connection == null ? 0 : connection.id();
                event.reason = reason;
                event.commit();
            }
        }
    }

    /// A handshake of TLS is over.
    ///
    /// @param version the version that was agreed on; empty when there is none
    /// @param nanos how long it took
    public static void handshake(SocketAddress peer, HandshakeResult result, String version, boolean resumed,
            long nanos) {
        if (isReady() && TlsHandshakeEvent.isWanted()) {
            TlsHandshakeEvent event = new TlsHandshakeEvent();
            if (event.shouldCommit()) {
                event.peer = PrintableAddress.shown(peer);
                event.result = result.name();
                event.version = version;
                event.resumed = resumed;
                event.took = nanos;
                event.commit();
            }
        }
    }

    /// A worker process was started.
    public static void workerStarted(int number, long pid) {
        if (isReady() && WorkerStartedEvent.isWanted()) {
            WorkerStartedEvent event = new WorkerStartedEvent();
            if (event.shouldCommit()) {
                event.number = number;
                event.pid = pid;
                event.commit();
            }
        }
    }

    /// A worker process is over.
    ///
    /// @param summary how it ended, in one sentence
    public static void workerEnded(int number, long pid, String summary, Duration age) {
        if (isReady() && WorkerEndedEvent.isWanted()) {
            WorkerEndedEvent event = new WorkerEndedEvent();
            if (event.shouldCommit()) {
                event.number = number;
                event.pid = pid;
                event.summary = summary;
                event.age = age.toNanos();
                event.commit();
            }
        }
    }
}
