package dev.polyserve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.io.Pollable;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks when requests are sent and timed, with a simulated clock that advances only while the loop waits.
@Timeout(60)
class LoadLoopTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    /// A start value that overflows during the test, as a machine's clock may.
    private static final long START_NANOS = Long.MAX_VALUE - 300 * MILLI;

    private static final long STALL_NANOS = 100 * MILLI;

    private final AtomicLong clockNanos = new AtomicLong(START_NANOS);

    /// A server in simulated time, which computes one request after another on one processor.
    private final class SimulatedServer implements Multiplexer {
        private final PriorityQueue<Reply> replies = new PriorityQueue<>(
                (a, b) -> Long.signum(a.atNanos - b.atNanos));
        private final CountDownLatch anything = new CountDownLatch(1);
        private long freeAtNanos = START_NANOS;
        /// From this time on, the load generator's thread gets no processor for a while.
        private long generatorStallsAtNanos = START_NANOS + Long.MAX_VALUE / 2;

        private record Reply(long atNanos, Runnable arrives) {}

        /// Receives a request with this cost.
        void serve(long costNanos, Runnable reply) {
            long now = clockNanos.get();
            freeAtNanos = (freeAtNanos - now < 0 ? now : freeAtNanos) + costNanos;
            replies.add(new Reply(freeAtNanos, reply));
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public Watch watch(Pollable source, int interest, Ready ready) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void change(Watch watch, int interest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void forget(Watch watch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void await(long atMostNanos) throws IOException {
            if (atMostNanos == Long.MAX_VALUE) {
                pause();
                return;
            }
            if (clockNanos.get() - generatorStallsAtNanos >= 0) {
                generatorStallsAtNanos += Long.MAX_VALUE / 2;
                clockNanos.addAndGet(STALL_NANOS);
                return;
            }
            // A loop that polls without waiting takes a microsecond per turn.
            long until = clockNanos.get() + Math.max(1_000, atMostNanos);
            if (!replies.isEmpty() && replies.peek().atNanos - until <= 0) {
                Reply next = replies.remove();
                clockNanos.set(next.atNanos - clockNanos.get() > 0 ? next.atNanos : clockNanos.get());
                next.arrives.run();
            } else {
                clockNanos.set(until);
            }
        }

        /// Outside a run, the clock stands still.
        private void pause() throws IOException {
            try {
                if (anything.await(10, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void wakeup() {
            // The loop polls every 10 ms.
        }

        @Override
        public void close() {
            anything.countDown();
        }
    }

    /// A client with requests of this cost, served in the order in which they were sent.
    private final class SimulatedClient implements LoadClient {
        private final SimulatedServer server;
        private final RequestTrigger trigger;
        private final long costNanos;
        private final List<Long> sentNanos = new ArrayList<>();
        private final LongQueue intended = new LongQueue();
        private int toSend;
        private LoadLoop loop;

        SimulatedClient(SimulatedServer server, RequestTrigger trigger, long costNanos, LoadLoop loop) {
            this.server = server;
            this.trigger = trigger;
            this.costNanos = costNanos;
            this.loop = loop;
        }

        @Override
        public void attach(LoadLoop owner) {
            loop = owner;
        }

        @Override
        public void request(long intendedNanos) {
            intended.add(intendedNanos);
            toSend++;
            loop.requested(1);
        }

        @Override
        public void flush() {
            for (; toSend > 0; toSend--) {
                sentNanos.add(clockNanos.get());
                server.serve(costNanos, this::replied);
            }
        }

        private void replied() {
            long now = loop.progressNanos();
            if (trigger == RequestTrigger.BUSY) {
                loop.heavyAnswered(now);
                intended.removeFirst();
            } else {
                loop.answered(intended.removeFirst(), now);
            }
            if (loop.continuesWith(trigger)) {
                request(now);
            }
            flush();
        }

        @Override
        public boolean hasOutstanding() {
            return intended.size() > 0;
        }

        @Override
        public void giveUp(LatencyRecorder recorder, long nowNanos) {
            recorder.givenUp(intended, nowNanos);
        }

        @Override
        public void close() {
            // There is no socket.
        }
    }

    private final SimulatedServer server = new SimulatedServer();
    private final LoadLoop loop = new LoadLoop("simulated", server, false, clockNanos::get);

    private SimulatedClient client(RequestTrigger trigger, long costNanos) throws Exception {
        var client = new SimulatedClient(server, trigger, costNanos, loop);
        loop.attach(List.of(client), trigger).get();
        return client;
    }

    /// Runs a lead-in of 100 ms and counts for one second.
    private LoadRunResult run(RequestPacing pacing) throws Exception {
        long from = clockNanos.get() + 100 * MILLI;
        return loop.run(pacing, from, from + 1_000 * MILLI, 3_000 * MILLI).get();
    }

    private static double millis(LoadRunResult recording, double percentile) {
        return recording.percentileMicros(percentile) / 1e3;
    }

    @Test
    void lightRequestsAreTimedFromTheirDueTimeBesideHeavyOnes() throws Exception {
        try (loop) {
            SimulatedClient light = client(RequestTrigger.PACED, 10_000);
            SimulatedClient heavy = client(RequestTrigger.BUSY, 20 * MILLI);
            LoadRunResult recording = run(new RequestPacing.Open(100));
            assertThat(recording.latencyNanos().getTotalCount()).as("light ones that were due").isEqualTo(100);
            assertThat(recording.heavyAnswered()).as("heavy ones in a second").isEqualTo(50);
            assertThat(millis(recording, 99)).as("a light one waits for the heavy one before it").isBetween(10.0, 21.0);
            assertThat(recording.requestsPerSecond()).isBetween(98.0, 102.0);
            assertThat(light.sentNanos).as("sent in the lead-in and in the second").hasSize(110);
            assertThat(heavy.sentNanos).hasSizeBetween(54, 56);
        }
    }

    @Test
    void aServerThatCannotKeepTheRateShowsItsQueueAndItsThroughput() throws Exception {
        try (loop) {
            client(RequestTrigger.PACED, 2 * MILLI);
            LoadRunResult recording = run(new RequestPacing.Open(1_000));
            assertThat(recording.requestsPerSecond()).as("answered in the second, of 1,000 that were due")
                    .isBetween(499.0, 501.0);
            assertThat(recording.latencyNanos().getTotalCount()).as("all that were due").isEqualTo(1_000);
            // In 1.1 s, 1,100 requests were due, of which 550 were answered.
            assertThat(millis(recording, 100)).as("slowest").isBetween(1_080.0, 1_120.0);
            assertThat(recording.unanswered()).isZero();
        }
    }

    @Test
    void aStallShowsInEveryRequestThatItDelays() throws Exception {
        try (loop) {
            SimulatedClient client = client(RequestTrigger.PACED, 10_000);
            server.freeAtNanos = clockNanos.get() + 600 * MILLI;
            LoadRunResult recording = run(new RequestPacing.Open(1_000));
            assertThat(client.sentNanos).hasSize(1_100);
            assertThat(millis(recording, 50)).as("half of those that count fell into it").isBetween(0.0, 10.0);
            assertThat(millis(recording, 75)).isBetween(240.0, 260.0);
            assertThat(millis(recording, 100)).isBetween(499.0, 505.0);
        }
    }

    @Test
    void aLateGeneratorStillTimesFromTheDueTime() throws Exception {
        try (loop) {
            SimulatedClient client = client(RequestTrigger.PACED, 1_000);
            server.generatorStallsAtNanos = clockNanos.get() + 600 * MILLI;
            LoadRunResult recording = run(new RequestPacing.Open(1_000));
            assertThat(client.sentNanos).as("none is left out").hasSize(1_100);
            assertThat(millis(recording, 89)).as("those outside of the stall").isLessThan(1.0);
            assertThat(millis(recording, 95)).as("half of those in it").isBetween(40.0, 60.0);
            assertThat(millis(recording, 100)).isBetween(98.0, 102.0);
        }
    }

    @Test
    void anOutstandingHeavyRequestIsNotSentTwice() throws Exception {
        try (loop) {
            client(RequestTrigger.PACED, 10_000);
            SimulatedClient heavy = client(RequestTrigger.BUSY, 10_000 * MILLI);
            LoadRunResult first = run(new RequestPacing.Open(10));
            assertThat(first.heavyAnswered()).isZero();
            assertThat(first.waiting()).as("the light client and the heavy one wait").isEqualTo(2);
            run(new RequestPacing.Open(10));
            assertThat(heavy.sentNanos).hasSize(1);
        }
    }

    @Test
    void theClosedLoopSendsAfterTheReply() throws Exception {
        try (loop) {
            client(RequestTrigger.PACED, 5 * MILLI);
            client(RequestTrigger.SILENT, 0);
            LoadRunResult recording = run(new RequestPacing.Closed(2));
            assertThat(recording.answered()).isBetween(199L, 201L);
            assertThat(millis(recording, 50)).isBetween(9.9, 10.1);
        }
    }
}
