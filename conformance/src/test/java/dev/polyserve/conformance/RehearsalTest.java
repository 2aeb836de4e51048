package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.TimedOutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class RehearsalTest {
    /// The ways in which a connection is driven.
    enum Way {
        HANDLER, DRIVEN, PUMPED;

        Rehearsal of(TestService service) {
            return switch (this) {
                case HANDLER -> Rehearsal.handler(service.handler());
                case DRIVEN -> Rehearsal.protocol(service.protocol());
                case PUMPED -> Rehearsal.protocol(service.protocol()).pumped();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPlayAScriptToItsEnd(Way way) {
        RehearsalResult outcome = way.of(TestService.upper()).receives("he").receives("llo\n")
                .after(Duration.ofSeconds(3))
                .receives("bye\n").ends().run();
        assertThat(outcome.texts()).containsExactly("HELLO\n", "BYE\n");
        assertThat(outcome.cause()).isEqualTo(new Cause.Done(true));
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(3));
        assertThat(outcome.outputEnded()).isTrue();
        assertThat(outcome.unread()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendOneWritePerTurn(Way way) {
        RehearsalResult outcome = way.of(TestService.upper()).receives("a\nb\nc\nd\n").ends().run();
        assertThat(outcome.texts()).containsExactly("A\nB\nC\nD\n");
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheSameOutcomeOneByteAtATimeAndWithShortWrites(Way way) {
        String text = "grüße\n漢字 und 🙂\r\nlast";
        String expected = "GRÜSSE\n漢字 UND 🙂\nLAST\n";
        assertThat(way.of(TestService.upper()).receives(text).ends().oneByteAtATime().run().text()).isEqualTo(expected);
        assertThat(way.of(TestService.upper()).receives(text).ends().acceptsWrites(1).run().text()).isEqualTo(expected);
        for (long seed = 0; seed < 200; seed++) {
            assertThat(way.of(TestService.upper()).receives(text).ends().inRandomPieces(seed).acceptsWrites(3).run()
                    .text())
                    .as("seed %d", seed).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassLimitsInVirtualTime(Way way) {
        assertThat(way.of(TestService.upper()).run()).satisfies(outcome -> {
            assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.FIRST_BYTE));
            assertThat(outcome.took()).isEqualTo(Duration.ofMinutes(1));
        });
        assertThat(way.of(TestService.upper()).receives("a\n").after(Duration.ofMinutes(4)).receives("b\n").run())
                .satisfies(outcome -> {
                    assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.IDLE));
                    assertThat(outcome.text()).isEqualTo("A\nB\n");
                    assertThat(outcome.took()).isEqualTo(Duration.ofMinutes(9));
                    assertThat(outcome.limits()).containsExactly(Limit.IDLE);
                });
        assertThat(way.of(TestService.upper()).receives("a\n").after(Duration.ofHours(1)).receives("b\n")
                .options(o -> o.withTimeouts(t -> t.withIdle(Duration.ZERO).withConversation(Duration.ofMinutes(2))))
                .run())
                .satisfies(outcome -> {
                    assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.CONVERSATION));
                    assertThat(outcome.took()).isEqualTo(Duration.ofMinutes(2));
                    assertThat(outcome.unread()).isEqualTo(2);
                });
    }

    @ParameterizedTest
    @EnumSource
    void shouldStallWhenThePeerDoesNotRead(Way way) {
        RehearsalResult outcome = way.of(TestService.produces(1 << 20)).receives("x").stopsReading().run();
        assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.WRITE_STALL));
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(30));
        assertThat(outcome.writes()).isEmpty();
        RehearsalResult later = way.of(TestService.echo()).receives("x").after(Duration.ofSeconds(1)).stopsReading()
                .receives("y")
                .run();
        assertThat(later.text()).isEqualTo("x");
        assertThat(later.cause()).isEqualTo(new Cause.TimedOut(Limit.WRITE_STALL));
        assertThat(later.took()).isEqualTo(Duration.ofSeconds(31));
    }

    @ParameterizedTest
    @EnumSource
    void shouldDistinguishResetFailureAndStop(Way way) {
        assertThat(way.of(TestService.echo()).receives("x").resets().run().cause()).isInstanceOf(Cause.PeerReset.class);
        assertThat(way.of(TestService.echo()).receives("x").stops().run().cause()).isEqualTo(new Cause.Stopped());
        RehearsalResult failed = way.of(TestService.upper()).receives("a\nboom\n").receives("never").run();
        assertThat(failed.cause()).isInstanceOf(Cause.Failed.class);
        assertThat(failed.failures()).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(failed.text()).isEqualTo("A\n");
        assertThat(failed.unread()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLetDrainingEndTheInput(Way way) {
        RehearsalResult outcome = way.of(TestService.answerAtTheEnd(0)).receives("123").drains().run();
        assertThat(outcome.text()).isEqualTo("3\n");
        assertThat(outcome.cause()).isEqualTo(new Cause.Stopped());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunAgainFromTheStart(Way way) {
        Rehearsal rehearsal = way.of(TestService.upper()).receives("exit\n");
        assertThat(rehearsal.run().text()).isEqualTo("EXIT\n");
        assertThat(rehearsal.run().text()).isEqualTo("EXIT\n");
        assertThat(rehearsal.run().cause()).isEqualTo(new Cause.Done(false));
    }

    @Test
    void shouldTimeOutReadsAndKeepTheirBytes() {
        Handler handler = connection -> {
            connection.readTimeout(Duration.ofSeconds(5));
            assertThatThrownBy(() -> connection.readExactly(4)).isInstanceOf(TimedOutException.class);
            connection.print(new String(connection.readExactly(4), java.nio.charset.StandardCharsets.UTF_8));
        };
        RehearsalResult outcome = Rehearsal.handle(handler).receives("ab").after(Duration.ofSeconds(7)).receives("cd")
                .run();
        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.text()).isEqualTo("abcd");
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void shouldFlushBeforeEachRead() {
        Handler handler = connection -> {
            connection.print("a");
            connection.print("b");
            connection.readByte();
            connection.print("c");
            connection.flush();
            connection.print("d");
        };
        assertThat(Rehearsal.handle(handler).receives("x").run().texts()).containsExactly("ab", "c", "d");
    }

    @Test
    void shouldSendOfferedMessages() {
        Handler handler = connection -> {
            connection.sender().offer("from outside;");
            connection.readByte();
            connection.print("own");
        };
        assertThat(Rehearsal.handle(handler).receives("x").run().text()).isEqualTo("from outside;own");
    }

    @Test
    void shouldEnforceADeadlineOfTheHandler() {
        Handler handler = connection -> {
            connection.deadline(Duration.ofSeconds(2));
            TestService.echo(connection);
        };
        RehearsalResult outcome = Rehearsal.handle(handler).receives("x").after(Duration.ofMinutes(1)).receives("y")
                .run();
        assertThat(outcome.cause()).isEqualTo(new Cause.TimedOut(Limit.CONVERSATION));
        assertThat(outcome.took()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void shouldRefuseAnImpossibleScript() {
        assertThat(Rehearsal.handle(RehearsalTest::readBeyondTheEnd).receives("a").ends().run().cause())
                .isEqualTo(new Cause.Done(true));
        assertThatThrownBy(() -> Rehearsal.handle(TestService::echo).acceptsWrites(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void readBeyondTheEnd(Connection connection) throws Exception {
        connection.readByte();
        assertThat(connection.readByte()).isEqualTo(-1);
        assertThat(connection.readByte()).isEqualTo(-1);
        assertThat(connection.readLine()).isNull();
    }
}
