package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The first servers of socket tutorials.
class TutorialServersTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    /// The names of all models that run here.
    static Stream<String> models() {
        return TestableModels.models().map(Model::id);
    }

    @ParameterizedTest
    @MethodSource("models")
    void upperConvertsOnlyAsciiLetters(String model) throws Exception {
        byte[] sent = "Grüße, 世界: abc xyz {}\r\n".getBytes(StandardCharsets.UTF_8);
        try (Server server = Upper.start(ANY_PORT, Model.named(model)); Client client = Client.of(server)) {
            for (byte each : sent) {
                client.send(each);
            }
            assertThat(client.end().rest()).isEqualTo("GRüßE, 世界: ABC XYZ {}\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void printReportsTheSenderOfALine(String model) throws Exception {
        BlockingQueue<String> printed = new LinkedBlockingQueue<>();
        try (Server server = LinePrinter.start(ANY_PORT, Model.named(model), printed::add);
                Client client = Client.of(server)) {
            client.send("one\ntwo\n");
            assertThat(printed.take()).isEqualTo(client.address() + ": one");
            assertThat(printed.take()).isEqualTo(client.address() + ": two");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void welcomeGreetsAndEndsWithExit(String model) throws Exception {
        try (Server server = Welcome.start(ANY_PORT, Model.named(model)); Client client = Client.of(server)) {
            assertThat(client.line()).isEqualTo("welcome, you are number 1");
            client.send("hello\nexit\nnot answered\n");
            assertThat(client.rest()).isEqualTo("hello\nbye\n");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void socketServerStyleRecordsEachConversation(String model, @TempDir Path directory) throws Exception {
        try (Server server = ConnectionFileRecorder.start(ANY_PORT, Model.named(model), directory)) {
            try (Client client = Client.of(server)) {
                assertThat(client.send("a\nb\n").end().rest()).isEqualTo("1 a\n2 b\n");
            }
            try (Client client = Client.of(server)) {
                assertThat(client.send("c\n").end().rest()).isEqualTo("1 c\n");
            }
        }
        assertThat(directory.resolve("connection-1")).hasContent("begin\nend after 2 lines");
        assertThat(directory.resolve("connection-2")).hasContent("begin\nend after 1 lines");
    }

    @Test
    void socketServerStyleFinishesWhenSetUpFails(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("missing");
        try (Server server = ConnectionFileRecorder.start(ANY_PORT, Model.virtual(), missing)) {
            try (Client client = Client.of(server)) {
                assertThat(client.rest()).as("set-up failed, so handle does not run").isEmpty();
            }
            Files.createDirectory(missing);
            try (Client client = Client.of(server)) {
                assertThat(client.send("a\n").end().rest()).isEqualTo("1 a\n");
            }
        }
    }

    @Test
    void operatorAnswersTheNamedClient() throws Exception {
        BlockingQueue<String> screen = new LinkedBlockingQueue<>();
        OperatorConsole operator = new OperatorConsole(screen::add);
        try (Server server = operator.start(ANY_PORT, Model.virtual());
                Client first = Client.of(server);
                Client second = Client.of(server)) {
            first.send("hello\n");
            assertThat(screen.take()).isEqualTo("1: hello");
            second.send("good day\n");
            assertThat(screen.take()).isEqualTo("2: good day");
            operator.typed("2 and to you");
            assertThat(second.line()).isEqualTo("and to you");
            operator.typed("1 hello back");
            assertThat(first.line()).isEqualTo("hello back");
            operator.typed("hello");
            assertThat(screen.take()).startsWith("write a client's number");
            first.send("exit\n");
            assertThat(first.rest()).isEmpty();
            assertThat(screen.take()).isEqualTo("1 has left");
        }
    }
}
