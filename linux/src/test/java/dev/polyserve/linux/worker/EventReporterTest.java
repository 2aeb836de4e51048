package dev.polyserve.linux.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.linux.socket.PacketSocket;
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

/// What a worker has reported reaches its supervisor before the worker ends.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class EventReporterTest {
    private static final String ENDPOINT = "tcp://127.0.0.1:1";
    private static final Duration LIMIT = Duration.ofSeconds(50);
    private static final Duration NOT_NOW = Duration.ofMillis(1);
    private static final int MANY = 2_000;

    private Optional<ControlChannel> worker = Optional.empty();
    private Optional<ControlChannel> supervisor = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        PacketSocket.Pair pair = PacketSocket.pair();
        supervisor = Optional.of(new ControlChannel(pair.ours()));
        worker = Optional.of(new ControlChannel(PacketSocket.of(pair.theirs())));
    }

    @AfterEach
    void close() throws Exception {
        worker.orElseThrow().close();
        supervisor.orElseThrow().close();
    }

    private EventReporter eventReporter() {
        return new EventReporter(worker.orElseThrow(),
                new WorkerCommand.Serve(true, List.of(new WorkerCommand.Slot(ENDPOINT, ENDPOINT)), 10));
    }

    @Test
    void whatABusySupervisorDoesNotTakeAtOnceIsSentYet() throws Exception {
        EventReporter eventReporter = eventReporter();
        for (int i = 0; i < MANY; i++) {
            eventReporter.event(new WorkerEvent.CommandAcknowledged());
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

    @Test
    void nobodyIsToldWhenTheSupervisorIsGone() throws Exception {
        EventReporter eventReporter = eventReporter();
        supervisor.orElseThrow().close();
        eventReporter.event(new WorkerEvent.CommandAcknowledged());
        assertThat(eventReporter.awaitSent(LIMIT)).isFalse();
    }
}
