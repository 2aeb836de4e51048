package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The services for people: the operator's answers and the chat.
class PeopleServicesTest {
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void theOperatorAnswersTheNamedClient(String model) throws Exception {
        try (Cli server = Cli.serve("reply", "--model", model); LineClient one = LineClient.to(server)) {
            assertThat(one.receive()).isEqualTo("Welcome to login...");
            try (LineClient two = LineClient.to(server)) {
                assertThat(two.receive()).isEqualTo("Welcome to login...");
                one.send("help me");
                server.out.await("[1] help me"::equals);
                two.send("me too");
                server.out.await("[2] me too"::equals);
                server.type("2 you first\n1 and then you\n3 unknown\nwhat\n");
                assertThat(two.receive()).isEqualTo("you first");
                assertThat(one.receive()).isEqualTo("and then you");
                server.out.awaitContaining("there is no client '3': type the number of a client");
                server.out.awaitContaining("there is no client 'what'");
                two.send("exit");
                assertThat(two.receive()).isNull();
                server.out.await("[2] left"::equals);
            }
            server.endInput();
            one.send("still here");
            server.out.await("[1] still here"::equals);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"print", "reply"})
    void aClientsNameIsShownWithoutControlCharacters(String service, @TempDir Path directory)
            throws Exception {
        Path path = directory.resolve("s");
        try (Cli server = Cli.serve(service, "--listen", "unix:" + path);
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.bind(UnixDomainSocketAddress.of(directory.resolve("x\u001b]0;owned\n[1] all is well")));
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(StandardCharsets.US_ASCII.encode("hello\n"));
            server.out.awaitContaining("hello");
            assertThat(server.out.text()).contains("x\\x1b]0;owned\\x0a[1] all is well").doesNotContain("\u001b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void everyLineIsSentToAllOthers(String model) throws Exception {
        try (Cli server = Cli.serve("chat", "--model", model); LineClient ada = LineClient.to(server)) {
            assertThat(ada.receive()).startsWith("* welcome, you are guest-1");
            ada.send("/name ada");
            assertThat(ada.receive()).isEqualTo("* you are now ada");
            try (LineClient guest = LineClient.to(server)) {
                assertThat(guest.receive()).startsWith("* welcome, you are guest-2");
                assertThat(ada.receive()).isEqualTo("* guest-2 joined");
                ada.send("good morning");
                assertThat(guest.receive()).isEqualTo("ada: good morning");
                guest.send("/name ada");
                assertThat(guest.receive()).isEqualTo("* the name ada is taken");
                guest.send("/who");
                assertThat(guest.receive()).isEqualTo("* here: ada, guest-2");
                guest.send("/what");
                assertThat(guest.receive()).startsWith("* the commands are /name");
                guest.send("\u001b[2J");
                assertThat(ada.receive()).isEqualTo("guest-2: \\x1b[2J");
                guest.send("/quit");
                assertThat(guest.receive()).isNull();
                assertThat(ada.receive()).isEqualTo("* guest-2 left");
            }
        }
    }

    @Test
    void aClientThatDoesNotReadDelaysNoOther() throws Exception {
        String line = "x".repeat(1000);
        try (Cli server = Cli.serve("chat", "--drain-timeout", "1s");
                LineClient deaf = LineClient.to(server);
                LineClient speaker = LineClient.to(server);
                LineClient listener = LineClient.to(server)) {
            assertThat(deaf.receive()).startsWith("* welcome");
            assertThat(speaker.receive()).startsWith("* welcome");
            assertThat(listener.receive()).startsWith("* welcome");
            speaker.send("/name s");
            for (String heard = ""; !heard.equals("* you are now s");) {
                heard = String.valueOf(speaker.receive());
            }
            for (String heard = ""; !heard.endsWith("is now s");) {
                heard = String.valueOf(listener.receive());
            }
            for (int i = 0; i < 20_000; i++) {
                speaker.socket().getOutputStream().write((line + i + "\n").getBytes(StandardCharsets.UTF_8));
                assertThat(listener.receive()).isEqualTo("s: " + line + i);
            }
        }
    }
}
