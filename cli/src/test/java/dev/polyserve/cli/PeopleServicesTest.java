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

/// The services in which people talk: an operator's answers, a chat.
class PeopleServicesTest {
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void theOperatorAnswersTheClientHeNames(String model) throws Exception {
        try (Cli server = Cli.serve("reply", "--model", model); Talk one = Talk.to(server)) {
            assertThat(one.hear()).isEqualTo("Welcome to login...");
            try (Talk two = Talk.to(server)) {
                assertThat(two.hear()).isEqualTo("Welcome to login...");
                one.say("help me");
                server.out.await("[1] help me"::equals);
                two.say("me too");
                server.out.await("[2] me too"::equals);
                server.type("2 you first\n1 and then you\n3 nobody\nwhat\n");
                assertThat(two.hear()).isEqualTo("you first");
                assertThat(one.hear()).isEqualTo("and then you");
                server.out.awaitContaining("there is no client '3': type the number of a client");
                server.out.awaitContaining("there is no client 'what'");
                two.say("exit");
                assertThat(two.hear()).isNull();
                server.out.await("[2] left"::equals);
            }
            server.endInput();
            one.say("still here");
            server.out.await("[1] still here"::equals);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"print", "reply"})
    void theNameThatAClientChoosesIsShownWithoutControlCharacters(String service, @TempDir Path directory)
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
    void whatOneSaysAllOthersHear(String model) throws Exception {
        try (Cli server = Cli.serve("chat", "--model", model); Talk ada = Talk.to(server)) {
            assertThat(ada.hear()).startsWith("* welcome, you are guest-1");
            ada.say("/name ada");
            assertThat(ada.hear()).isEqualTo("* you are now ada");
            try (Talk guest = Talk.to(server)) {
                assertThat(guest.hear()).startsWith("* welcome, you are guest-2");
                assertThat(ada.hear()).isEqualTo("* guest-2 joined");
                ada.say("good morning");
                assertThat(guest.hear()).isEqualTo("ada: good morning");
                guest.say("/name ada");
                assertThat(guest.hear()).isEqualTo("* the name ada is taken");
                guest.say("/who");
                assertThat(guest.hear()).isEqualTo("* here: ada, guest-2");
                guest.say("/what");
                assertThat(guest.hear()).startsWith("* there are /name");
                guest.say("\u001b[2J");
                assertThat(ada.hear()).isEqualTo("guest-2: \\x1b[2J");
                guest.say("/quit");
                assertThat(guest.hear()).isNull();
                assertThat(ada.hear()).isEqualTo("* guest-2 left");
            }
        }
    }

    @Test
    void whoDoesNotListenStopsNobody() throws Exception {
        String line = "x".repeat(1000);
        try (Cli server = Cli.serve("chat", "--drain-timeout", "1s");
                Talk deaf = Talk.to(server);
                Talk speaker = Talk.to(server);
                Talk listener = Talk.to(server)) {
            assertThat(deaf.hear()).startsWith("* welcome");
            assertThat(speaker.hear()).startsWith("* welcome");
            assertThat(listener.hear()).startsWith("* welcome");
            speaker.say("/name s");
            for (String heard = ""; !heard.equals("* you are now s");) {
                heard = String.valueOf(speaker.hear());
            }
            for (String heard = ""; !heard.endsWith("is now s");) {
                heard = String.valueOf(listener.hear());
            }
            for (int i = 0; i < 20_000; i++) {
                speaker.socket().getOutputStream().write((line + i + "\n").getBytes(StandardCharsets.UTF_8));
                assertThat(listener.hear()).isEqualTo("s: " + line + i);
            }
        }
    }
}
