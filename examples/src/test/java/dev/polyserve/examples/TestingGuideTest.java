package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.conformance.RehearsalResult;
import dev.polyserve.conformance.Rehearsal;
import dev.polyserve.conformance.RehearsedUpstream;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the snippets of `docs/guide/testing-your-handler.md`.
class TestingGuideTest {
    private final Handler upper = client -> {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line.toUpperCase(Locale.ROOT));
        }
    };

    // region first
    @Test
    void answersEachLineInUpperCase() {
        RehearsalResult outcome = Rehearsal.handle(upper).receives("hel").receives("lo\nbye\n").ends().run();
        assertThat(outcome.texts()).containsExactly("HELLO\nBYE\n"); // both answers in one write
        assertThat(outcome.cause()).isEqualTo(new Cause.Done(true)); // the peer ended first
    }
    // endregion

    // region pieces
    @Test
    void doesNotCareHowTheNetworkCuts() {
        var script = Rehearsal.handle(upper).receives("größe\nwelt\n").ends();
        assertThat(script.oneByteAtATime().run().text()).isEqualTo("GRÖSSE\nWELT\n");
        for (int seed = 0; seed < 100; seed++) {
            assertThat(script.inRandomPieces(seed).run().text()).isEqualTo("GRÖSSE\nWELT\n");
        }
    }
    // endregion

    // region time
    @Test
    void letsGoOfASilentClient() {
        RehearsalResult outcome = Rehearsal.handle(upper)
                .options(o -> o.withIdleTimeout(Duration.ofHours(1)))
                .receives("hello\n").after(Duration.ofHours(2)).receives("too late\n")
                .run();
        assertThat(outcome.text()).isEqualTo("HELLO\n");
        assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
        assertThat(outcome.unread()).isEqualTo("too late\n".length());
    }
    // endregion

    // region protocol
    @Test
    void aProtocolIsRehearsedInBothWays() {
        var echo = Rehearsal.protocol(
                () -> Protocol.framed(Framing.lines(), (line, output) -> output.writeLine(line)))
                .receives("one\ntw").receives("o\n").ends();
        assertThat(echo.run().texts()).containsExactly("one\n", "two\n");
        assertThat(echo.pumped().run().texts()).containsExactly("one\n", "two\n");
    }
    // endregion

    // region upstream
    @Test
    void asksTheServerBehindIt() {
        Handler gateway = client -> {
            try (Connection redis = client.connect("tcp://10.0.0.5:6379")) {
                redis.print("GET " + client.readLine() + "\r\n");
                client.writeLine("it is " + redis.readLine());
            }
        };
        RehearsalResult outcome = Rehearsal.handle(gateway)
                .upstream(RehearsedUpstream.at("tcp://10.0.0.5:6379").awaits("GET colour\r\n").receives("+blue\r\n"))
                .receives("colour\n").ends().run();
        assertThat(outcome.text()).isEqualTo("it is +blue\n");
        assertThat(outcome.upstreams().getFirst().text()).isEqualTo("GET colour\r\n");
    }
    // endregion

    // region sockets
    static Stream<Model> models() {
        // Not those of processes: their workers would run the program of the tests again.
        return Model.all().stream()
                .filter(model -> Server.whyNot(model).isEmpty() && !model.id().startsWith("process"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void worksUnderEveryModel(Model model) throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(model).handle(upper).start();
                Client client = Client.of(server)) { // a small client of these tests
            assertThat(client.send("hello\n").line()).isEqualTo("HELLO");
        }
    }
    // endregion
}
