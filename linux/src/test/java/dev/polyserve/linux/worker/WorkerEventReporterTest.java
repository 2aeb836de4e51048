package dev.polyserve.linux.worker;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.linux.socket.SeqpacketSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A worker's events reach its supervisor before the worker ends.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerEventReporterTest {
    private static final String ENDPOINT = "tcp://127.0.0.1:1";
    private static final Duration LIMIT = Duration.ofSeconds(50);
    private static final Duration NOT_NOW = Duration.ofMillis(1);
    private static final int MANY = 2_000;
    private static final int LONG_CHARACTERS = 16 << 10;

    private Optional<WorkerControlChannel> worker = Optional.empty();
    private Optional<WorkerControlChannel> supervisor = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        supervisor = Optional.of(new WorkerControlChannel(pair.ours()));
        worker = Optional.of(new WorkerControlChannel(SeqpacketSocket.of(pair.theirs())));
    }

    @AfterEach
    void close() throws Exception {
        worker.orElseThrow().close();
        supervisor.orElseThrow().close();
    }

    private WorkerEventReporter eventReporter() {
        return new WorkerEventReporter(worker.orElseThrow(),
                new WorkerCommand.Serve(true, List.of(new WorkerCommand.Slot(0, ENDPOINT, ENDPOINT)), 10,
                        Optional.empty()));
    }

    @Test
    void whatABusySupervisorDoesNotTakeAtOnceIsSentYet() throws Exception {
        WorkerEventReporter eventReporter = eventReporter();
        for (int i = 0; i < MANY; i++) {
            eventReporter.event(new WorkerEventMessage.CommandAcknowledged());
        }
        assertThat(eventReporter.awaitSent(NOT_NOW)).isFalse();
        FutureTask<Boolean> sent = new FutureTask<>(() -> eventReporter.awaitSent(LIMIT));
        Thread.ofPlatform().daemon().start(sent);
        int received = 0;
        while (received < MANY) {
            received += supervisor.orElseThrow().await(LIMIT.toNanos()).orElseThrow().messages().size();
        }
        assertThat(sent.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /// The supervisor is suspended: the worker keeps a bounded number of events, and waits; then all of them arrive.
    @Test
    void waitsForASupervisorThatDoesNotRead() throws Exception {
        WorkerEventReporter eventReporter = eventReporter();
        var dumped = new WorkerEventMessage.ThreadDump("x".repeat(LONG_CHARACTERS));
        int more = 2 * WorkerControlChannel.MOST_WAITING_BYTES / LONG_CHARACTERS;
        FutureTask<Boolean> reported = new FutureTask<>(() -> {
            for (int i = 0; i < more; i++) {
                eventReporter.event(dumped);
            }
            return eventReporter.awaitSent(LIMIT);
        });
        Thread reporting = Thread.ofPlatform().daemon().start(reported);
        long until = System.nanoTime() + LIMIT.toNanos();
        while (worker.orElseThrow().send(new WorkerEventMessage.Ready()) && System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        assertThat(reporting.isAlive()).isTrue();
        long received = 0;
        while (received < more) {
            received += supervisor.orElseThrow().await(LIMIT.toNanos()).orElseThrow().messages().stream()
                    .filter(dumped::equals).count();
        }
        assertThat(reported.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sendsNothingWhenTheSupervisorIsGone() throws Exception {
        WorkerEventReporter eventReporter = eventReporter();
        supervisor.orElseThrow().close();
        eventReporter.event(new WorkerEventMessage.CommandAcknowledged());
        assertThat(eventReporter.awaitSent(LIMIT)).isFalse();
    }
}
