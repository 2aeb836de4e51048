package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OptionsTest {
    private static final Duration NEGATIVE = Duration.ofMillis(-1);

    static Stream<Arguments> wrong() {
        return Stream.of(limits("max-connections", l -> l.withConnections(0)),
                limits("max-per-ip", l -> l.withConnectionsPerAddress(-1)), limits("queue", l -> l.withQueue(-1)),
                limits("max-frame", l -> l.withFrameBytes(0)), limits("high-water", l -> l.withHighWaterBytes(0)),
                limits("max-buffer", l -> l.withBufferBytes(0, 1)),
                limits("max-buffer-total", l -> l.withBufferBytes(1, 0)),
                limits("sender-queue", l -> l.withSenderQueueBytes(0)),
                limits("datagram-queue", l -> l.withDatagramQueueBytes(0)),
                limits("max-datagram", l -> l.withDatagramBytes(0)),
                limits("max-datagram", l -> l.withDatagramBytes(65_508)),
                times("idle-timeout", t -> t.withIdle(NEGATIVE)),
                times("first-byte-timeout", t -> t.withFirstByte(NEGATIVE)),
                times("write-timeout", t -> t.withWriteStall(NEGATIVE)),
                times("conversation-timeout", t -> t.withConversation(NEGATIVE)),
                times("drain-timeout", t -> t.withDrain(NEGATIVE)),
                times("drain-quiet", t -> t.withDrainQuiet(NEGATIVE)),
                times("close-timeout", t -> t.withClose(NEGATIVE)), times("stall-limit", t -> t.withStall(NEGATIVE)),
                Arguments.of("proxy-protocol-timeout",
                        (UnaryOperator<Options>) o -> o.withProxyProtocol(p -> p.withTimeout(Duration.ZERO))),
                times("spin", t -> t.withSpin(NEGATIVE)), times("hand-off", t -> t.withHandOff(NEGATIVE)));
    }

    @ParameterizedTest
    @CsvSource({"'','',10.0.0.1,true", "'',10.0.0.0/8,10.0.0.1,false", "'',10.0.0.0/8,11.0.0.1,true",
        "10.0.0.0/8,'',10.0.0.1,true", "10.0.0.0/8,'',::1,false", "10.1.0.0/16,10.0.0.0/8,10.1.0.1,true",
        "10.0.0.0/8,10.1.0.0/16,10.1.0.1,false", "10.0.0.0/8,10.0.0.0/8,10.1.0.1,false", "any,::1,::1,false",
        "any,::1,::2,true", "::1,any,::1,true", "'',any,::1,false"})
    void theMostSpecificNetworkDecidesWhichClientsMayComeIn(String allowed, String denied, String address,
            boolean admitted) {
        Options.Access access = Options.defaults()
                .withAccess(a -> a.withAllowed(allowed.isEmpty() ? Networks.none() : Networks.parse(allowed))
                        .withDenied(denied.isEmpty() ? Networks.none() : Networks.parse(denied)))
                .access();
        assertThat(access.admits(new InetSocketAddress(InetAddress.ofLiteral(address), 1))).isEqualTo(admitted);
        assertThat(access.admits(UnixDomainSocketAddress.of(""))).isTrue();
    }

    private static Arguments limits(String name, UnaryOperator<Options.Limits> change) {
        return Arguments.of(name, (UnaryOperator<Options>) options -> options.withLimits(change));
    }

    private static Arguments times(String name, UnaryOperator<Options.Timeouts> change) {
        return Arguments.of(name, (UnaryOperator<Options>) options -> options.withTimeouts(change));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void shouldRefuseWhatMakesNoSenseByItsNameOnTheCommandLine(String name, UnaryOperator<Options> change) {
        assertThatThrownBy(() -> change.apply(Options.defaults())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + ": ");
    }

    @Test
    void shouldHaveNoWaitWithoutBoundByDefault() {
        Options.Timeouts times = Options.defaults().timeouts();
        assertThat(Stream.of(times.firstByte(), times.idle(), times.writeStall(), times.conversation(), times.drain(),
                times.drainQuiet(), times.close(), times.stall())).allMatch(Duration::isPositive);
    }

    @Test
    void shouldChangeOneThingAndKeepTheOthers() {
        Options changed = Options.defaults().withMaxConnections(7).withIdleTimeout(Duration.ofSeconds(3))
                .withOnFull(OnFull.REJECT);
        assertThat(changed.limits().connections()).isEqualTo(7);
        assertThat(changed.limits().withConnections(20_000)).isEqualTo(Options.defaults().limits());
        assertThat(changed.timeouts().idle()).isEqualTo(Duration.ofSeconds(3));
        assertThat(changed.onFull()).isEqualTo(OnFull.REJECT);
    }

    @Test
    void shouldLetTheBufferGrowWithTheFrame() {
        assertThat(Options.defaults().limits().withFrameBytes(8 << 20).bufferBytesPerConnection()).isEqualTo(16 << 20);
        assertThat(Options.defaults().limits().withFrameBytes(Integer.MAX_VALUE).bufferBytesPerConnection())
                .isPositive();
    }
}
