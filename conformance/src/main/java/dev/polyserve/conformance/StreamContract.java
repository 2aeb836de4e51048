package dev.polyserve.conformance;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/// The contract of stream handlers: tests that run in every [Cell] that a subclass names.
///
/// ```java
/// @ParameterizedClass(name = "{0}")
/// @MethodSource("cells")
/// class MyModelsTest extends StreamContract {
///     MyModelsTest(Cell cell) {
///         super(cell);
///     }
///
///     static List<Cell> cells() {
///         return Cell.streams(Model.epoll());    // one line adds a model
///     }
/// }
/// ```
///
/// The message of a failure begins with the cell: style × model × endpoint.
///
/// A worker process finds its cell in the static method `cells`, and runs the same test again up to the start of the
/// server. Therefore a test only describes the server
/// before that, and observes the handler only through its client and the server's listeners. Tests of memory that the
/// handler shares with other threads are skipped for workers.
@Timeout(60)
public abstract class StreamContract {
    private final Cell cell;

    /// Creates the tests of one cell.
    protected StreamContract(Cell cell) {
        this.cell = cell;
    }

    @Nested
    class Turns extends TurnsClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Ending extends EndingClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Bytes extends BytesClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class HalfClose extends HalfCloseClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class LastBytes extends LastBytesClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class BackPressure extends BackPressureClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Failure extends FailureClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Senders extends SenderClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Futures extends FutureClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Life extends LifecycleClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Drain extends DrainClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Churn extends ChurnClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Idle extends IdleClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Stall extends StallClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Messages extends MessagesClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class HandOff extends HandOffClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Hubs extends HubClause {
        @Override
        Cell cell() {
            return cell;
        }
    }

    @Nested
    class Pinning extends PinnedClause {
        @Override
        Cell cell() {
            return cell;
        }
    }
}
