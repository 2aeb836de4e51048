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
    class Turns extends TurnsContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Ending extends EndingContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Bytes extends BytesContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class HalfClose extends HalfCloseContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class LastBytes extends LastBytesContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class BackPressure extends BackPressureContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Failure extends FailureContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Senders extends SenderContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Futures extends FutureContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Life extends LifecycleContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Drain extends DrainContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Churn extends ChurnContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Idle extends IdleCostContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Stall extends StallContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Messages extends MessagesContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class HandOff extends HandOffContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Hubs extends HubContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Outgoing extends OutgoingContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class OutgoingLimits extends OutgoingLimitsContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class OutgoingTls extends OutgoingTlsContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Begun extends ServedOutgoingContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Relays extends RelayContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Pools extends PoolContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }

    @Nested
    class Pinning extends PinnedHandlerContractTests {
        @Override
        ContractCell cell() {
            return cell;
        }
    }
}
