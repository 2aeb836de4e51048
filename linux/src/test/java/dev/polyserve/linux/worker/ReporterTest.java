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
class ReporterTest {
    private static final String ENDPOINT = "tcp://127.0.0.1:1";
    private static final Duration LIMIT = Duration.ofSeconds(50);
    private static final Duration NOT_NOW = Duration.ofMillis(1);
    private static final int MANY = 2_000;

    private Optional<Link> worker = Optional.empty();
    private Optional<Link> supervisor = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        PacketSocket.Pair pair = PacketSocket.pair();
        supervisor = Optional.of(new Link(pair.ours()));
        worker = Optional.of(new Link(PacketSocket.of(pair.theirs())));
    }

    @AfterEach
    void close() throws Exception {
        worker.orElseThrow().close();
        supervisor.orElseThrow().close();
    }

    private Reporter reporter() {
        return new Reporter(worker.orElseThrow(),
                new Order.Serve(true, List.of(new Order.Slot(ENDPOINT, ENDPOINT)), 10));
    }

    @Test
    void whatABusySupervisorDoesNotTakeAtOnceIsSentYet() throws Exception {
        Reporter reporter = reporter();
        for (int i = 0; i < MANY; i++) {
            reporter.report(new Report.Heeded());
        }
        assertThat(reporter.awaitSent(NOT_NOW)).isFalse();
        FutureTask<Boolean> sent = new FutureTask<>(() -> reporter.awaitSent(LIMIT));
        Thread.ofPlatform().daemon().start(sent);
        int received = 0;
        while (received < MANY) {
            received += supervisor.orElseThrow().await(LIMIT.toNanos()).orElseThrow().messages().size();
        }
        assertThat(sent.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nobodyIsToldWhenTheSupervisorIsGone() throws Exception {
        Reporter reporter = reporter();
        supervisor.orElseThrow().close();
        reporter.report(new Report.Heeded());
        assertThat(reporter.awaitSent(LIMIT)).isFalse();
    }
}
