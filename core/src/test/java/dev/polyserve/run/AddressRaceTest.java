package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The order and the times of attempts, with a clock that only waits advance.
class AddressRaceTest {
    private static final long NEVER_MILLIS = Long.MAX_VALUE / 4_000_000;
    private static final long LIMIT_MILLIS = 10_000;

    private long nowNanos = TimeUnit.DAYS.toNanos(1);
    private final long begunNanos = nowNanos;
    private final Map<SocketAddress, Script> scripts = new LinkedHashMap<>();
    private final List<String> events = new ArrayList<>();

    /// How an address answers.
    ///
    /// @param name for the events
    /// @param afterMillis when, from the begin of the attempt
    /// @param failure why it cannot be connected; null: it is connected
    private record Script(String name, long afterMillis, @Nullable IOException failure) {}

    private final class Scripted implements AddressRace.Attempt {
        private final Script script;
        private final long answersNanos;
        private boolean over;

        Scripted(Script script) {
            this.script = script;
            this.answersNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(script.afterMillis);
        }

        @Override
        public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
            assertThat(over).as(script.name).isFalse();
            long left = answersNanos - nowNanos;
            if (left > atMostNanos) {
                nowNanos += atMostNanos;
                over = !goesOn;
                return false;
            }
            nowNanos += Math.max(0, left);
            if (script.failure != null) {
                over = true;
                throw script.failure;
            }
            return true;
        }

        @Override
        public void giveUp() {
            assertThat(over).as(script.name).isFalse();
            over = true;
            event("gives up " + script.name);
        }
    }

    private void event(String what) {
        events.add(TimeUnit.NANOSECONDS.toMillis(nowNanos - begunNanos) + " " + what);
    }

    private AddressRaceTest address(String name, long afterMillis, @Nullable IOException failure) {
        scripts.put(InetSocketAddress.createUnresolved(name, 1), new Script(name, afterMillis, failure));
        return this;
    }

    private AddressRaceTest answers(String name, long afterMillis) {
        return address(name, afterMillis, null);
    }

    private AddressRaceTest refuses(String name, long afterMillis) {
        return address(name, afterMillis, new IOException("refused"));
    }

    private AddressRaceTest silent(String name) {
        return answers(name, NEVER_MILLIS);
    }

    private AddressRace<Scripted> race() {
        return new AddressRace<>(() -> nowNanos, scripts.keySet(), TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS),
                address -> {
                    Script script = Objects.requireNonNull(scripts.get(address));
                    event("tries " + script.name);
                    return new Scripted(script);
                });
    }

    private String winner() throws IOException {
        String name = race().winner().script.name;
        event(name);
        return String.join(", ", events);
    }

    /// Whether this process lacked something is what the caller asks the cause.
    @Test
    void shouldNotForgetThatThisProcessLacksSomething() {
        var lacks = new ResourceExhaustedException("no descriptor; close some", null);
        refuses("a", 0).address("b", 0, lacks).refuses("c", 0);
        assertThatThrownBy(this::winner).isInstanceOf(ConnectException.class).hasCause(lacks)
                .hasMessageContaining("no descriptor; close some");
    }

    @Test
    void shouldSayThatPortsAreLackingOnlyIfNoAddressSaysMore() {
        var noPort = UnreachableException.noPort(new IOException("EADDRNOTAVAIL"));
        var refused = new IOException("refused");
        address("a", 0, noPort).address("b", 0, refused).address("c", 0, noPort);
        assertThatThrownBy(this::winner).isInstanceOf(ConnectException.class).hasCause(refused);
    }

    @Test
    void shouldSayThatPortsAreLackingForEachAddress() {
        var noPort = UnreachableException.noPort(new IOException("EADDRNOTAVAIL"));
        address("a", 0, noPort).address("b", 0, noPort);
        assertThatThrownBy(this::winner).isInstanceOf(ConnectException.class).hasCause(noPort);
    }

    @Test
    void shouldNotSayThatPortsAreLackingWhenAnAddressIsSilent() {
        address("a", 0, UnreachableException.noPort(new IOException("EADDRNOTAVAIL"))).silent("b");
        assertThatThrownBy(this::winner).isInstanceOf(ConnectException.class).hasNoCause()
                .hasMessageContaining("no local port is free");
    }

    @Test
    void shouldWaitForASingleAddress() throws Exception {
        assertThat(answers("a", 9_000).winner()).isEqualTo("0 tries a, 9000 a");
    }

    @Test
    void shouldTakeTheFirstThatAnswers() throws Exception {
        assertThat(answers("a", 249).silent("b").winner()).isEqualTo("0 tries a, 249 a");
    }

    @Test
    void shouldTryTheNextAfterADelay() throws Exception {
        assertThat(silent("a").answers("b", 20).winner()).isEqualTo("0 tries a, 250 tries b, 270 gives up a, 270 b");
    }

    @Test
    void shouldTryTheNextAtOnceAfterARefusal() throws Exception {
        assertThat(refuses("a", 3).refuses("b", 2).answers("c", 1).winner())
                .isEqualTo("0 tries a, 3 tries b, 5 tries c, 6 c");
    }

    @Test
    void shouldGoOnWithOlderAttempts() throws Exception {
        assertThat(answers("a", 300).silent("b").winner()).startsWith("0 tries a, 250 tries b, 3")
                .satisfies(said -> assertThat(TimeUnit.NANOSECONDS.toMillis(nowNanos - begunNanos)).isBetween(300L,
                        300 + TimeUnit.NANOSECONDS.toMillis(AddressRace.LOOK_NANOS)))
                .contains(" a").contains("gives up b");
    }

    @Test
    void shouldBeginEachAttemptADelayAfterTheLast() throws Exception {
        assertThat(silent("a").silent("b").silent("c").answers("d", 0).winner())
                .startsWith("0 tries a, 250 tries b, 500 tries c, 750 tries d, ");
    }

    @Test
    void shouldSayWhyForEachAddress() {
        refuses("a", 0).silent("b");
        AddressRace<Scripted> race = race();
        assertThatThrownBy(race::winner).isInstanceOf(ConnectException.class).hasMessage(
                "at a:1, refused; at b:1, no answer within 10000 ms; check the address and the firewall");
        assertThat(race.isLate()).isTrue();
        assertThat(events).containsExactly("0 tries a", "0 tries b");
    }

    @Test
    void shouldNotNameASingleAddress() {
        refuses("a", 0);
        AddressRace<Scripted> race = race();
        assertThatThrownBy(race::winner).isInstanceOf(ConnectException.class).hasMessage("refused");
        assertThat(race.isLate()).isFalse();
    }

    @Test
    void shouldGiveUpAllAtTheEndOfTheTime() {
        silent("a").silent("b");
        assertThatThrownBy(race()::winner).isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("at b:1, no answer within 10000 ms");
        assertThat(events).containsExactly("0 tries a", "250 tries b", "10000 gives up b", "10000 gives up a");
    }

    @Test
    void shouldEndWithItsOwner() {
        silent("a").address("b", 5, new ConnectionException(new Cause.Stopped()));
        assertThatThrownBy(race()::winner).isInstanceOf(ConnectionException.class);
        assertThat(events).containsExactly("0 tries a", "250 tries b", "255 gives up a");
    }
}
