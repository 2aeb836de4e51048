package dev.polyserve.conformance;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/// The contract of stream handlers: tests that run in every [ContractCell] that a subclass names.
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
    private final ContractCell cell;

    /// Creates the tests of one cell.
    protected StreamContract(ContractCell cell) {
        this.cell = cell;
    }

    @Nested
    class Turns extends TurnsClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Ending extends EndingClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Bytes extends BytesClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class HalfClose extends HalfCloseClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class LastBytes extends LastBytesClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class BackPressure extends BackPressureClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Failure extends FailureClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Senders extends SenderClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Futures extends FutureClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Life extends LifecycleClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Drain extends DrainClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Churn extends ChurnClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Idle extends IdleCostClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Stall extends StallClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Messages extends MessagesClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class HandOff extends HandOffClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Hubs extends HubClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Outgoing extends OutgoingClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class OutgoingLimits extends OutgoingLimitsClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class OutgoingTls extends OutgoingTlsClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Begun extends ServedOutgoingClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Relays extends RelayClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Pools extends PoolClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Pinning extends PinnedHandlerClause {
        @Override
        ContractCell cell() {
            return cell;
        }
    }
}
