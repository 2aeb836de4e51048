package dev.polyserve.bench.load;

import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One thread of the load generator: its clients, and the times at which they send.
///
/// ```
///   turn:  mailbox ─▶ due requests ─▶ await until the next is due ─▶ replies ─┐
///            ▲                                                                │
///            └────────────────────────────────────────────────────────────────┘
/// ```
///
/// The resolution of a multiplexer's time-out is a millisecond. A loop that `maySpin` therefore polls without waiting
/// during the last millisecond before a request is due; that time counts as idle.
///
/// **Thread**: its own; [#run(RequestPacing, long, long, long)], [#attach] and [#close] may be called by any thread.
final class LoadLoop implements AutoCloseable {
    private static final int INCOMING_BYTES = 256 << 10;
    private static final long MILLI_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long END_MILLIS = 2_000;

    private final Multiplexer multiplexer;
    private final boolean maySpin;
    private final LongSupplier clockNanos;
    private final Thread thread;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(INCOMING_BYTES);
    private final ByteBuffer outgoing = SimulatedWorkPayload.outgoingBuffer();
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final List<LoadClient> all = new ArrayList<>();
    private final List<LoadClient> active = new ArrayList<>();
    private final List<LoadClient> busy = new ArrayList<>();
    private volatile boolean stopping;
    private volatile @Nullable MeasurementException failure;
    private @Nullable LoadLoopRun run;
    private long outstanding;
    /// Written by the loop only, read by any thread.
    private final AtomicLong answeredEver = new AtomicLong();
    private long nextTickNanos;
    private boolean progress;

    /// @param clockNanos the clock, as of [System#nanoTime]
    LoadLoop(String name, Multiplexer multiplexer, boolean maySpin, LongSupplier clockNanos) {
        this.multiplexer = multiplexer;
        this.maySpin = maySpin;
        this.clockNanos = clockNanos;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
        thread.start();
    }

    // --- any thread ---

    /// Takes ownership of clients.
    CompletableFuture<?> attach(List<? extends LoadClient> clients, RequestTrigger trigger) {
        return post(() -> {
            for (LoadClient client : clients) {
                all.add(client);
                client.attach(this);
                switch (trigger) {
                    case PACED -> active.add(client);
                    case BUSY -> busy.add(client);
                    case SILENT -> {
                    }
                }
            }
            return null;
        });
    }

    /// Sends requests until `toNanos`, then waits `replyTimeoutNanos` for the replies; counting starts at `fromNanos`.
    CompletableFuture<LoadRunResult> run(RequestPacing pacing, long fromNanos, long toNanos, long replyTimeoutNanos) {
        CompletableFuture<LoadRunResult> result = new CompletableFuture<>();
        post(() -> {
            begin(new LoadLoopRun(pacing, new LatencyRecorder(pacing, fromNanos, toNanos), clockNanos.getAsLong(),
                    fromNanos,
                    toNanos, replyTimeoutNanos, result));
            return null;
        }).exceptionally(e -> {
            result.completeExceptionally(e);
            return null;
        });
        return result;
    }

    private CompletableFuture<?> post(Task task) {
        CompletableFuture<Object> done = new CompletableFuture<>();
        mailbox.add(() -> {
            try {
                MeasurementException failed = failure;
                if (failed != null) {
                    throw failed;
                }
                task.run();
                done.complete(done);
            } catch (IOException | MeasurementException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        multiplexer.wakeup();
        return done;
    }

    @Override
    public void close() {
        stopping = true;
        multiplexer.wakeup();
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The number of requests answered since the loop started.
    long answeredEver() {
        return answeredEver.get();
    }

    // --- for its clients ---

    Multiplexer multiplexer() {
        return multiplexer;
    }

    ByteBuffer incoming() {
        return incoming;
    }

    ByteBuffer outgoing() {
        return outgoing;
    }

    /// Returns the time, and notes that the turn made progress.
    long progressNanos() {
        progress = true;
        return nanos();
    }

    /// Returns the time.
    long nanos() {
        return clockNanos.getAsLong();
    }

    void requested(int count) {
        outstanding += count;
    }

    void answered(long intendedNanos, long nowNanos) {
        outstanding--;
        answeredEver.setRelease(answeredEver.getPlain() + 1);
        LoadLoopRun current = run;
        if (current != null) {
            current.recorder().answered(intendedNanos, nowNanos);
        }
    }

    void heavyAnswered(long nowNanos) {
        outstanding--;
        LoadLoopRun current = run;
        if (current != null) {
            current.recorder().heavyAnswered(nowNanos);
        }
    }

    void lost(long intendedNanos) {
        outstanding--;
        LoadLoopRun current = run;
        if (current != null) {
            current.recorder().lost(intendedNanos);
        }
    }

    /// True when a reply is followed by the next request.
    boolean continuesWith(RequestTrigger trigger) {
        LoadLoopRun current = run;
        return current != null && current.sends() && switch (trigger) {
            case PACED -> current.pacing() instanceof RequestPacing.Closed;
            case BUSY -> true;
            case SILENT -> false;
        };
    }

    /// Ends the measurement with the contender's error.
    void fail(String sentence, @Nullable Exception cause) {
        if (failure == null) {
            MeasurementException failed = cause == null
                    ? new MeasurementException(sentence)
                    : new MeasurementException(sentence, cause);
            failure = failed;
            LoadLoopRun current = run;
            if (current != null) {
                current.result().completeExceptionally(failed);
                run = null;
            }
        }
    }

    // --- the loop ---

    private void loop() {
        try {
            while (!stopping) {
                turn();
            }
        } catch (IOException | RuntimeException e) {
            fail("the load generator failed: " + e, e);
        } finally {
            fail("the load was ended", null);
            closeAll();
        }
    }

    private void turn() throws IOException {
        for (Runnable task; (task = mailbox.poll()) != null;) {
            task.run();
        }
        long beganNanos = nanos();
        progress = false;
        long waitNanos = Long.MAX_VALUE;
        LoadLoopRun current = run;
        if (current != null) {
            current.mark(beganNanos);
            sendDue(current, beganNanos);
            waitNanos = untilNext(current, beganNanos);
        }
        multiplexer.await(waitNanos);
        if (current != null) {
            tick(beganNanos);
            if (waitNanos == 0 && !progress) {
                current.idled(nanos() - beganNanos);
            }
            endIfOver(current);
        }
    }

    private void begin(LoadLoopRun next) {
        run = next;
        for (LoadClient client : busy) {
            if (!client.hasOutstanding()) {
                client.request(nanos());
                client.flush();
            }
        }
        if (next.pacing() instanceof RequestPacing.Closed closed) {
            for (LoadClient client : active) {
                long nowNanos = nanos();
                for (int i = 0; i < closed.depth(); i++) {
                    client.request(nowNanos);
                }
                client.flush();
            }
        }
    }

    private void sendDue(LoadLoopRun current, long nowNanos) {
        while (nowNanos - current.nextDueNanos() >= 0 && failure == null) {
            LoadClient client = active.get(current.nextTurn(active.size()));
            client.request(current.takeDueNanos());
            client.flush();
            progress = true;
        }
    }

    private long untilNext(LoadLoopRun current, long nowNanos) {
        if (!mailbox.isEmpty() || stopping) {
            return 0;
        }
        long waitNanos = Math.min(current.nextDueNanos() - nowNanos, Math.min(current.nextEdgeNanos() - nowNanos,
                TICK_NANOS));
        // The multiplexer rounds up, so it waits one millisecond less.
        return waitNanos > MILLI_NANOS ? waitNanos - MILLI_NANOS : maySpin ? 0 : Math.max(0, waitNanos);
    }

    private void tick(long nowNanos) {
        if (nowNanos - nextTickNanos >= 0) {
            nextTickNanos = nowNanos + TICK_NANOS;
            for (LoadClient client : active) {
                client.tick(nowNanos);
            }
        }
    }

    private void endIfOver(LoadLoopRun current) {
        long nowNanos = nanos();
        if (run == null || !current.over(nowNanos, outstanding)) {
            return;
        }
        for (LoadClient client : active) {
            client.giveUp(current.recorder(), nowNanos);
        }
        busy.stream().filter(LoadClient::hasOutstanding).forEach(_ -> current.recorder().heavyGivenUp());
        run = null;
        current.result().complete(current.recorder().recording(current.share()));
    }

    private void closeAll() {
        for (LoadClient client : all) {
            try {
                client.close();
            } catch (IOException e) {
                // The remaining clients are closed all the same.
                fail("a socket was not closed: " + e.getMessage(), e);
            }
        }
        try {
            multiplexer.close();
        } catch (IOException e) {
            fail("the multiplexer was not closed: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Task {
        @Nullable Object run() throws IOException, MeasurementException;
    }
}
