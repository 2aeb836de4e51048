package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.TimedOutException;
import dev.polyserve.relay.Relay;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rehearsals of handlers that connect to servers.
@Timeout(20)
class RehearsedUpstreamTest {
    private static final String UP = "tcp://10.0.0.5:6379";

    /// Asks the server each line, and says what it answers.
    private static final Handler GATEWAY = client -> {
        try (Connection upstream = client.connect(UP)) {
            for (String line; (line = client.readLine()) != null;) {
                upstream.writeLine("do " + line);
                client.writeLine("it says " + upstream.readLine());
            }
        } catch (ConnectException e) {
            client.writeLine(String.valueOf(e.getMessage()));
        }
    };
    private static final Handler PROXY = client -> {
        try (Connection upstream = client.connect(UP)) {
            Relay.between(client, upstream);
        }
    };

    private static RehearsedUpstream upstream() {
        return RehearsedUpstream.at(UP);
    }

    private static RehearsedConnection only(RehearsalResult outcome) {
        assertThat(outcome.upstreams()).hasSize(1);
        return outcome.upstreams().getFirst();
    }

    @Test
    void shouldPlayBothScripts() {
        RehearsalResult outcome = Rehearsal.handle(GATEWAY)
                .upstream(upstream().awaits("do a\n").receives("A\n").awaits("do b\n").receives("B\n").ends())
                .receives("a\nb\n").ends().run();
        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.text()).isEqualTo("it says A\nit says B\n");
        assertThat(outcome.cause()).isEqualTo(new Cause.Done(true));
        assertThat(only(outcome).texts()).containsExactly("do a\n", "do b\n");
        assertThat(only(outcome).outputEnded()).isTrue();
        assertThat(only(outcome).cause()).isInstanceOf(Cause.Done.class);
        assertThat(only(outcome).unread()).isZero();
    }

    @Test
    void shouldGiveTheSameOutcomeHoweverBytesAreCutInBothDirections() {
        Rehearsal script = Rehearsal.handle(GATEWAY).upstream(upstream().receives("größe\nwelt\n"))
                .receives("eins\nzwei\n").ends();
        String expected = "it says größe\nit says welt\n";
        assertThat(script.oneByteAtATime().acceptsWrites(1).run().text()).isEqualTo(expected);
        for (long seed = 0; seed < 100; seed++) {
            RehearsalResult outcome = script.inRandomPieces(seed).acceptsWrites(3).run();
            assertThat(outcome.text()).as("seed %d", seed).isEqualTo(expected);
            assertThat(only(outcome).text()).isEqualTo("do eins\ndo zwei\n");
        }
    }

    @Test
    void shouldLetTimePassForBoth() {
        RehearsalResult outcome = Rehearsal.handle(GATEWAY)
                .upstream(upstream().after(Duration.ofSeconds(3)).receives("A\n").after(Duration.ofSeconds(1))
                        .receives("B\n"))
                .receives("a\n").after(Duration.ofSeconds(5)).receives("b\n").ends().run();
        assertThat(outcome.text()).isEqualTo("it says A\nit says B\n");
        assertThat(outcome.took()).as("the client's five seconds begin when its first line was read")
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void shouldSayWhyItCannotConnect() {
        RehearsalResult refused = Rehearsal.handle(GATEWAY).upstream(upstream().refuses()).run();
        assertThat(refused.text()).isEqualTo("cannot connect to " + UP
                + ": nothing listens there; start the server, or take another port\n");
        assertThat(refused.upstreams()).isEmpty();
        RehearsalResult late = Rehearsal.handle(GATEWAY).upstream(upstream().connectsAfter(Duration.ofSeconds(11)))
                .run();
        assertThat(late.text()).startsWith("cannot connect to " + UP + ": no answer within 10000 ms; ");
        assertThat(late.took()).isEqualTo(Duration.ofSeconds(10));
        assertThat(late.limits()).containsExactly(Limit.CONNECT);
        assertThat(late.cause()).isEqualTo(new Cause.Done(false));
        RehearsalResult slow = Rehearsal.handle(GATEWAY)
                .upstream(upstream().connectsAfter(Duration.ofSeconds(9)).receives("A\n")).receives("a\n").ends().run();
        assertThat(slow.text()).isEqualTo("it says A\n");
        assertThat(slow.took()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void shouldConnectToEachServerOnce() {
        Handler retries = client -> {
            for (int i = 0; i < 2; i++) {
                try (Connection upstream = client.connect("unix:/run/up.sock")) {
                    client.writeLine(String.valueOf(upstream.readLine()));
                    return;
                } catch (ConnectException e) {
                    client.writeLine("again");
                }
            }
        };
        RehearsedUpstream up = RehearsedUpstream.at("unix:/run/up.sock");
        assertThat(Rehearsal.handle(retries).upstream(RehearsedUpstream.at("unix:/run/up.sock").refuses())
                .upstream(up.receives("hello\n")).run().text()).isEqualTo("again\nhello\n");
        RehearsalResult missing = Rehearsal.handle(retries).upstream(upstream()).run();
        assertThat(missing.failures()).singleElement().isInstanceOf(IllegalStateException.class).asString()
                .contains("the rehearsal has no upstream for one more connection to unix:/run/up.sock: add");
    }

    @Test
    void shouldHaveTheLimitsOfBothConnections() {
        RehearsalResult idle = Rehearsal.handle(GATEWAY).upstream(upstream()).receives("a\n").run();
        assertThat(only(idle).cause()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
        assertThat(idle.cause()).isInstanceOf(Cause.Failed.class);
        assertThat(idle.took()).isEqualTo(Duration.ofMinutes(5));
        Handler patient = client -> {
            try (Connection upstream = client.connect(Client.to(UP)
                    .withOptions(o -> o.withLimits(limits -> limits.withFrameBytes(3))))) {
                upstream.readTimeout(Duration.ofSeconds(2));
                assertThatThrownBy(upstream::readLine).isInstanceOf(TimedOutException.class);
                assertThatThrownBy(upstream::readLine).isInstanceOf(FrameTooLongException.class);
                client.writeLine("both");
            }
        };
        RehearsalResult outcome = Rehearsal.handle(patient)
                .upstream(upstream().after(Duration.ofSeconds(3)).receives("too long\n")).run();
        assertThat(outcome.text()).isEqualTo("both\n");
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void shouldEndTheWaitForAServerWhenTheServerStops() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Handler waiting = client -> {
            client.readLine();
            try (Connection upstream = client.connect(UP)) {
                upstream.readLine();
            } catch (ConnectionException e) {
                thrown.set(e);
            }
        };
        RehearsalResult outcome = Rehearsal.handle(waiting).upstream(upstream()).receives("a\n")
                .after(Duration.ofSeconds(7)).stops().run();
        assertThat(outcome.cause()).isEqualTo(new Cause.Stopped());
        assertThat(only(outcome).cause()).isEqualTo(new Cause.Stopped());
        assertThat(thrown.get()).isInstanceOf(ConnectionException.class);
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(7));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldResetAConnectionOfAHandlerThatFails() {
        Handler failing = client -> {
            Connection upstream = client.connect(UP);
            upstream.print("half");
            upstream.flush();
            throw new IOException("it fails");
        };
        RehearsalResult outcome = Rehearsal.handle(failing).upstream(upstream()).run();
        assertThat(outcome.cause()).isInstanceOf(Cause.Failed.class);
        assertThat(only(outcome).text()).isEqualTo("half");
        assertThat(only(outcome).outputEnded()).isFalse();
    }

    @Test
    void shouldRelay() {
        RehearsalResult outcome = Rehearsal.handle(PROXY)
                .upstream(
                        upstream().awaits("hello").receives("HELLO").after(Duration.ofSeconds(1)).receives("!").ends())
                .receives("hel").after(Duration.ofSeconds(2)).receives("lo").ends().run();
        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.text()).isEqualTo("HELLO!");
        assertThat(outcome.outputEnded()).isTrue();
        assertThat(only(outcome).text()).isEqualTo("hello");
        assertThat(only(outcome).outputEnded()).isTrue();
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void shouldRelayAReset() {
        RehearsalResult outcome = Rehearsal.handle(PROXY).upstream(upstream().receives("part").resets())
                .receives("hello").run();
        assertThat(outcome.text()).isEqualTo("part");
        assertThat(outcome.outputEnded()).isFalse();
        assertThat(only(outcome).cause()).isInstanceOf(Cause.PeerReset.class);
    }

    @Test
    void shouldRelayToAPeerThatDoesNotRead() {
        RehearsalResult outcome = Rehearsal.handle(PROXY).upstream(upstream().stopsReading()).receives("hello").run();
        assertThat(only(outcome).cause()).isEqualTo(new Cause.TimedOut(Limit.WRITE_STALL));
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void shouldAwaitOnTheClientsSide() {
        Handler greets = client -> {
            client.print("name?");
            client.print("hello " + client.readLine());
        };
        assertThat(Rehearsal.handle(greets).awaits("name?").receives("ann\n").run().text())
                .isEqualTo("name?hello ann");
        assertThat(Rehearsal.handle(greets).awaits("never").receives("ann\n").run().cause())
                .isEqualTo(new Cause.TimedOut(Limit.FIRST_BYTE));
        assertThatThrownBy(() -> Rehearsal.handle(greets).awaits("")).isInstanceOf(IllegalArgumentException.class);
    }
}
