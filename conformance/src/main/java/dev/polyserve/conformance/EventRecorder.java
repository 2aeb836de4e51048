package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Records the events of a server in queues, so that a test can wait for an event without sleeping.
///
/// **Thread**: any.
final class EventRecorder implements ServerListener {
    private static final long TIMEOUT_SECONDS = 10;

    record Ended(ConnectionInfo connection, Cause cause) {}

    record Failure(SocketAddress peer, Throwable error) {}

    record Stall(String loop, Duration soFar, List<StackTraceElement> stack) {}

    final BlockingQueue<ConnectionFuture> accepted = new LinkedBlockingQueue<>();
    final BlockingQueue<ConnectionInfo> opened = new LinkedBlockingQueue<>();
    final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    final BlockingQueue<Failure> failed = new LinkedBlockingQueue<>();
    final BlockingQueue<Optional<Limit>> rejected = new LinkedBlockingQueue<>();
    final BlockingQueue<Limit> limits = new LinkedBlockingQueue<>();
    final BlockingQueue<Stall> stalls = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    /// Takes the next element; fails when none arrives in time.
    static <T> T next(BlockingQueue<T> queue, String what) throws InterruptedException {
        T next = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no " + what + " within " + TIMEOUT_SECONDS + " s");
        }
        return next;
    }

    ConnectionFuture nextAccepted() throws InterruptedException {
        return next(accepted, "accepted connection");
    }

    ConnectionInfo nextOpened() throws InterruptedException {
        return next(opened, "opened connection");
    }

    Ended nextEnded() throws InterruptedException {
        return next(ended, "ended connection");
    }

    Cause nextCause() throws InterruptedException {
        return nextEnded().cause();
    }

    Failure nextFailed() throws InterruptedException {
        return next(failed, "reported failure");
    }

    void forget() {
        for (BlockingQueue<?> queue : List.of(accepted, opened, ended, failed, rejected, limits, stalls)) {
            queue.clear();
        }
        log.clear();
    }

    /// The events of one connection, in the order of their reports.
    List<String> eventsOf(ConnectionInfo connection) {
        String prefix = connection.id() + " ";
        return log.stream().filter(line -> line.startsWith(prefix)).map(line -> line.substring(prefix.length()))
                .toList();
    }

    @Override
    public void accepted(ConnectionFuture connection) {
        log.add(connection.id() + " accepted");
        accepted.add(connection);
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        log.add(connection.id() + " rejected");
        rejected.add(limit);
    }

    @Override
    public void opened(ConnectionInfo connection) {
        log.add(connection.id() + " opened");
        opened.add(connection);
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        log.add(connection.id() + " closed");
        ended.add(new Ended(connection, cause));
    }

    @Override
    public void failed(ConnectionInfo connection, Throwable error) {
        log.add(connection.id() + " failed");
        failed.add(new Failure(connection.peer(), error));
    }

    @Override
    public void datagramFailed(Endpoint endpoint, SocketAddress peer, Throwable error) {
        failed.add(new Failure(peer, error));
    }

    @Override
    public void limitReached(Limit limit) {
        limits.add(limit);
    }

    @Override
    public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
            List<StackTraceElement> stack) {
        stalls.add(new Stall(loop, soFar, stack));
    }
}
