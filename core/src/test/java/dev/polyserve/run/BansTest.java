package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.conversation.ServerLog;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Bans, with a clock that is advanced by hand: three offences in ten seconds, for a minute.
class BansTest {
    private static final Options.Ban RULE = new Options.Ban(Duration.ofMinutes(1), 3, Duration.ofSeconds(10));
    private static final InetSocketAddress PEER = peer("192.0.2.7");

    private final AtomicLong clock = new AtomicLong(-7);
    private final List<Runnable> timers = new ArrayList<>();
    private Options options = Options.defaults().withAccess(access -> access.withBan(RULE));
    private final Bans bans = new Bans(() -> options, new ServerLog(), clock::get, (task, nanos) -> {
        assertThat(nanos).isPositive().isLessThanOrEqualTo(TimeUnit.MINUTES.toNanos(1));
        timers.add(task);
    });

    private static InetSocketAddress peer(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 4000);
    }

    private static ConnectionInfo connection(SocketAddress peer) {
        return connection(peer, Endpoint.parse("tcp://127.0.0.1:53"));
    }

    private static ConnectionInfo connection(SocketAddress peer, Endpoint endpoint) {
        return (ConnectionInfo) Proxy.newProxyInstance(BansTest.class.getClassLoader(),
                new Class<?>[]{ConnectionInfo.class}, (_, method, _) -> {
                    assertThat(method.getName()).isIn("peer", "endpoint");
                    return method.getName().equals("peer") ? peer : endpoint;
                });
    }

    private void pass(long seconds) {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void offends(SocketAddress peer, int times) {
        for (int i = 0; i < times; i++) {
            bans.closed(connection(peer), new Cause.LimitReached(Limit.FRAME));
        }
    }

    @Test
    void anAddressThatBreaksLimitsTooOftenIsRefusedForAWhile() {
        offends(PEER, 2);
        assertThat(bans.refuses(PEER)).isFalse();
        offends(PEER, 1);
        assertThat(bans.refuses(PEER)).isTrue();
        assertThat(bans.refuses(peer("192.0.2.8"))).isFalse();
        assertThat(bans.list()).containsExactly(
                Map.entry(Networks.parse("192.0.2.7"), Duration.ofMinutes(1)));
        pass(59);
        assertThat(bans.refuses(PEER)).isTrue();
        pass(1);
        assertThat(bans.refuses(PEER)).isFalse();
        timers.getFirst().run();
        assertThat(bans.list()).isEmpty();
        offends(PEER, 2);
        assertThat(bans.refuses(PEER)).as("what was before the ban does not count").isFalse();
    }

    @Test
    void bansOfAnotherProgramGoOnForTheTimeThatIsLeft() {
        offends(peer("192.0.2.9"), 3);
        bans.take(Map.of(Networks.parse("192.0.2.7"), Duration.ofSeconds(20), Networks.parse("192.0.2.9"),
                Duration.ofSeconds(5)));
        pass(19);
        assertThat(bans.refuses(PEER)).isTrue();
        pass(1);
        assertThat(bans.refuses(PEER)).isFalse();
        assertThat(bans.refuses(peer("192.0.2.9"))).as("its own ban goes on").isTrue();
        timers.forEach(Runnable::run);
        assertThat(bans.list()).isEmpty();
        options = Options.defaults();
        bans.take(Map.of(Networks.parse("192.0.2.7"), Duration.ofSeconds(20)));
        assertThat(bans.list()).as("without a rule").isEmpty();
    }

    @Test
    void bansThatAreTakenOverAreBounded() {
        Map<Networks, Duration> others = new LinkedHashMap<>();
        for (int i = 0; i <= Bans.MOST_ADDRESSES; i++) {
            others.put(Networks.parse("10.0." + (i >> 8) + "." + (i & 0xFF)), Duration.ofSeconds(60));
        }
        bans.take(others);
        assertThat(bans.list()).hasSize(Bans.MOST_ADDRESSES).doesNotContainKey(Networks.parse("10.0.0.0"));
    }

    @Test
    void onlyOffencesWithinTheTimeCount() {
        for (int i = 0; i < 20; i++) {
            offends(PEER, 1);
            pass(6);
        }
        assertThat(bans.refuses(PEER)).isFalse();
        offends(PEER, 1);
        pass(1);
        offends(PEER, 1);
        assertThat(bans.refuses(PEER)).isTrue();
    }

    @Test
    void anIpv6AddressStandsForItsNetwork() {
        offends(peer("2001:db8::1"), 1);
        offends(peer("2001:db8::2"), 1);
        offends(peer("2001:db8::ffff:1:2:3"), 1);
        assertThat(bans.refuses(peer("2001:db8::9"))).isTrue();
        assertThat(bans.refuses(peer("2001:db8:0:1::9"))).isFalse();
        assertThat(bans.list().keySet()).hasToString("[2001:db8::/64]");
        assertThat(bans.lift(InetAddress.ofLiteral("2001:db8::77"))).isTrue();
        assertThat(bans.refuses(peer("2001:db8::9"))).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void onlyLimitsThatAClientBreaksAreOffences(Limit limit) {
        for (int i = 0; i < 3; i++) {
            bans.rejected(connection(PEER), Optional.of(limit));
        }
        assertThat(bans.refuses(PEER)).isEqualTo(switch (limit) {
            case CONNECTIONS_PER_ADDRESS, FRAME, BUFFER_PER_CONNECTION, FIRST_BYTE, WRITE_STALL, MIN_RATE,
                    TLS_HANDSHAKE, PROXY_HEADER ->
                true;
            case CONNECTIONS, QUEUE, BUFFER_TOTAL, SENDER_QUEUE, DATAGRAM, DATAGRAM_QUEUE, IDLE, CONVERSATION, READ,
                    NETWORK,
                    TLS_HANDSHAKES, ACCEPT_RATE, BAN, CONNECT ->
                false;
        });
    }

    @Test
    void aLoadBalancerIsNotBannedForItsHeaders() {
        options = options.withProxyProtocol(proxy -> proxy.withSenders(Networks.parse("192.0.2.0/24")));
        for (int i = 0; i < 10; i++) {
            bans.rejected(connection(PEER), Optional.of(Limit.PROXY_HEADER));
        }
        assertThat(bans.refuses(PEER)).isFalse();
    }

    @Test
    void failuresOfTlsAreOffencesAndThoseOfHandlersAreNot() {
        for (int i = 0; i < 10; i++) {
            bans.failed(connection(PEER), new IllegalStateException("a handler's"));
        }
        assertThat(bans.refuses(PEER)).isFalse();
        for (int i = 0; i < 3; i++) {
            bans.failed(connection(PEER), new SSLException("plain text"));
        }
        assertThat(bans.refuses(PEER)).isTrue();
    }

    /// It can be forged.
    @Test
    void theSenderOfDatagramsIsNeverBanned() {
        ConnectionInfo session = connection(PEER, Endpoint.parse("udp://127.0.0.1:53"));
        for (int i = 0; i < 10; i++) {
            bans.closed(session, new Cause.LimitReached(Limit.FRAME));
        }
        assertThat(bans.refuses(PEER)).isFalse();
    }

    @Test
    void aUnixPeerIsNeverBanned() {
        offends(UnixDomainSocketAddress.of("/s"), 10);
        assertThat(bans.refuses(UnixDomainSocketAddress.of("/s"))).isFalse();
        assertThat(bans.list()).isEmpty();
    }

    @Test
    void aLiftedBanEndsOnceAndALaterOneIsNotEndedByItsTimer() {
        offends(PEER, 3);
        assertThat(bans.lift(PEER.getAddress())).isTrue();
        assertThat(bans.lift(PEER.getAddress())).isFalse();
        assertThat(bans.refuses(PEER)).isFalse();
        pass(30);
        offends(PEER, 3);
        timers.getFirst().run();
        assertThat(bans.refuses(PEER)).isTrue();
        assertThat(bans.liftAll()).isEqualTo(1);
        assertThat(bans.refuses(PEER)).isFalse();
    }

    @Test
    void theTablesAreBounded() {
        for (int i = 0; i <= Bans.MOST_ADDRESSES; i++) {
            offends(numbered(i), 3);
        }
        assertThat(bans.list()).hasSize(Bans.MOST_ADDRESSES);
        assertThat(bans.refuses(numbered(0))).as("the oldest").isFalse();
        assertThat(bans.refuses(numbered(1))).isTrue();
        assertThat(bans.liftAll()).isEqualTo(Bans.MOST_ADDRESSES);
        offends(PEER, 2);
        for (int i = 0; i < Bans.MOST_ADDRESSES; i++) {
            offends(numbered(i), 1);
        }
        offends(PEER, 1);
        assertThat(bans.refuses(PEER)).as("whose last offence was the oldest").isFalse();
    }

    private static InetSocketAddress numbered(int i) {
        return peer("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
    }

    @Test
    void withoutTheRuleThereAreNoBans() {
        offends(PEER, 3);
        options = Options.defaults();
        bans.optionsChanged();
        assertThat(bans.refuses(PEER)).isFalse();
        offends(PEER, 10);
        assertThat(bans.refuses(PEER)).isFalse();
    }
}
