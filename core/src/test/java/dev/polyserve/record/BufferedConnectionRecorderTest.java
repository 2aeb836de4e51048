package dev.polyserve.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A listener that records sees each turn, read, write and wait of a connection, in every portable model and style.
@Timeout(60)
class BufferedConnectionRecorderTest {
    private final BufferedConnectionRecorder recorder = new BufferedConnectionRecorder(false);

    static Stream<Model> models() {
        return Stream.of(Model.iterative(), Model.thread(), Model.threadPool(1), Model.virtual(), Model.nio());
    }

    @ParameterizedTest
    @MethodSource("models")
    void ofAHandler(Model model) throws Exception {
        List<TimelineEvent> events = exchange(Server.at("tcp://127.0.0.1:0").model(model).handle(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                connection.writeLine(line);
                connection.writeLine(line);
            }
        }));
        assertThat(kinds(events)).containsExactly("accepted", "turn", "waitInput", "turn", "read", "written",
                "waitInput", "turn", "closed");
        assertSameConnection(events);
    }

    @ParameterizedTest
    @MethodSource("models")
    void ofAProtocol(Model model) throws Exception {
        List<TimelineEvent> events = exchange(Server.at("tcp://127.0.0.1:0").model(model)
                .protocol(() -> (input, output) -> {
                    byte[] line = input.take(input.available());
                    output.write(line);
                    output.write(line);
                }));
        assertThat(kinds(events)).containsSubsequence("accepted", "turn", "waitInput", "turn", "read", "written",
                "waitInput", "closed");
        assertSameConnection(events);
    }

    /// Waits of no length, as for room that is there, are left out.
    private static List<String> kinds(List<TimelineEvent> events) {
        List<String> kinds = new ArrayList<>();
        for (TimelineEvent event : events) {
            boolean again = event.kind() == TimelineEventKind.TURN && !kinds.isEmpty()
                    && kinds.getLast().equals("waitOutput");
            if (again) {
                kinds.removeLast();
            } else {
                kinds.add(event.kind().label());
            }
        }
        return kinds;
    }

    private static void assertSameConnection(List<TimelineEvent> events) {
        assertThat(events).extracting(TimelineEvent::port).containsOnly(events.getFirst().port());
        assertThat(events).extracting(TimelineEvent::nanos).isSorted();
        assertThat(events).filteredOn(event -> event.kind() == TimelineEventKind.READ)
                .extracting(TimelineEvent::amount).containsExactly(3L);
        assertThat(events.stream().filter(event -> event.kind() == TimelineEventKind.WRITTEN)
                .mapToLong(TimelineEvent::amount).sum()).isEqualTo(6);
        assertThat(events.getLast().text()).isEqualTo("done");
    }

    private List<TimelineEvent> exchange(ServerBuilder builder) throws Exception {
        try (Server server = builder.listener(recorder).start()) {
            talk(server.port());
            var _ = server.drain(Duration.ofSeconds(10));
        }
        List<TimelineEvent> events = new ArrayList<>();
        recorder.take(events::add);
        assertThat(recorder.dropped()).isZero();
        return events;
    }

    private static void talk(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write("hi\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(6)).asString().isEqualTo("hi\nhi\n");
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
        }
    }
}
