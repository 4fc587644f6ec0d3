import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.ProblemFactCollectionProperty;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningListVariable;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.calculator.IncrementalScoreCalculator;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.score.director.ScoreDirectorFactoryConfig;
import ai.timefold.solver.core.config.solver.EnvironmentMode;
import ai.timefold.solver.core.config.solver.SolverConfig;
import ai.timefold.solver.core.config.solver.termination.TerminationConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StreamTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Timefold on an instance in the words of model.py, with the solver's default phases.
 *
 * <p>{@code TimefoldPeer problem seconds seed routes}: reads whole numbers in the order in which with_timefold.py writes
 * them; writes the seconds of the search, then a line for each worker: the numbers of the jobs in driving order.
 */
public final class TimefoldPeer {
    /** One visit. A {@code laterPrice} or {@code prize} of -1 is none: no later start, must be served. */
    public static final class Job {
        int number, row, service, open, close, demand, lateLimit, latePrice, laterPrice, prize;
        int[] parts, quantities;
    }

    /** One technician or vehicle, with the jobs in driving order. */
    @PlanningEntity
    public static class Worker {
        int number, start, finish, open, regularEnd, close, capacity, maxDuration;
        int fixed, travelPrice, durationPrice, overtimePrice;
        boolean sharesLoad;
        boolean[] serves;
        int[] extra, charge;

        @PlanningListVariable(allowsUnassignedValues = true)
        public List<Job> jobs = new ArrayList<>();

        public Worker() {}
    }

    /** All workers and jobs; the facts beside them are shared by all copies. */
    @PlanningSolution
    public static class Plan {
        @PlanningEntityCollectionProperty public List<Worker> workers = new ArrayList<>();
        @ProblemFactCollectionProperty @ValueRangeProvider public List<Job> jobs = new ArrayList<>();
        @PlanningScore public HardSoftLongScore score;
        Facts facts;

        public Plan() {}
    }

    /** What is no decision: travel, the break (its length is -1 when there is none), stock and the price of spread. */
    static final class Facts {
        int[][] travel;
        int breakLength, breakEarliest, breakLatest, spreadPrice, horizon;
        int[] stock;
    }

    /** What one route is worth: broken rules, cost less the prizes that it earns, and travel plus service. */
    record Value(Job[] jobs, long broken, long cost, long work) {}

    /** Values the routes that changed, each of them in full. */
    public static class Calculator implements IncrementalScoreCalculator<Plan, HardSoftLongScore> {
        private Facts facts;
        private Value[] now, before;
        private boolean[] isStale;
        private final List<Worker> stale = new ArrayList<>();
        private int[] used;
        private long broken, cost, sharers, work, squares;

        @Override
        public void resetWorkingSolution(Plan plan) {
            facts = plan.facts;
            now = new Value[plan.workers.size()];
            Arrays.fill(now, new Value(new Job[0], 0, 0, 0));
            before = now.clone();
            isStale = new boolean[now.length];
            stale.clear();
            used = new int[facts.stock.length];
            broken = cost = sharers = work = squares = 0;
            for (Job job : plan.jobs) {
                broken += job.prize < 0 ? facts.horizon : 0;
                cost += Math.max(0, job.prize);
            }
            for (Worker worker : plan.workers) {
                sharers += worker.sharesLoad ? 1 : 0;
                refresh(worker);
            }
        }

        @Override
        public void afterListVariableChanged(Object entity, String variable, int from, int to) {
            Worker worker = (Worker) entity;
            if (!isStale[worker.number]) {
                isStale[worker.number] = true;
                stale.add(worker);
            }
        }

        @Override
        public HardSoftLongScore calculateScore() {
            for (Worker worker : stale) {
                isStale[worker.number] = false;
                refresh(worker);
            }
            stale.clear();
            long spread = sharers == 0 ? 0 : facts.spreadPrice * (sharers * squares - work * work) / sharers / 100;
            return HardSoftLongScore.of(-broken, -cost - spread);
        }

        /** A move that is undone brings back the value before it. */
        private void refresh(Worker worker) {
            int w = worker.number;
            Value old = now[w];
            Value next = isOf(before[w], worker.jobs) ? before[w] : value(facts, worker, worker.jobs.toArray(new Job[0]));
            count(worker, old, -1);
            count(worker, next, 1);
            before[w] = old;
            now[w] = next;
        }

        private void count(Worker worker, Value value, int sign) {
            broken += sign * value.broken;
            cost += sign * value.cost;
            if (worker.sharesLoad) {
                work += sign * value.work;
                squares += sign * value.work * value.work;
            }
            for (Job job : value.jobs) {
                for (int k = 0; k < job.parts.length; k++) {
                    int part = job.parts[k];
                    broken -= Math.max(0, used[part] - facts.stock[part]);
                    used[part] += sign * job.quantities[k];
                    broken += Math.max(0, used[part] - facts.stock[part]);
                }
            }
        }

        private static boolean isOf(Value value, List<Job> jobs) {
            if (value.jobs.length != jobs.size()) {
                return false;
            }
            for (int k = 0; k < value.jobs.length; k++) {
                if (value.jobs[k] != jobs.get(k)) {
                    return false;
                }
            }
            return true;
        }

        @Override public void beforeListVariableChanged(Object entity, String variable, int from, int to) {}
        @Override public void beforeEntityAdded(Object entity) {}
        @Override public void afterEntityAdded(Object entity) {}
        @Override public void beforeVariableChanged(Object entity, String variable) {}
        @Override public void afterVariableChanged(Object entity, String variable) {}
        @Override public void beforeEntityRemoved(Object entity) {}
        @Override public void afterEntityRemoved(Object entity) {}
    }

    static Value value(Facts facts, Worker worker, Job[] jobs) {
        if (jobs.length == 0) {
            return new Value(jobs, 0, 0, 0);
        }
        long broken = 0, cost = worker.fixed, travel = 0, service = 0, demand = 0;
        int here = worker.start;
        for (Job job : jobs) {
            travel += facts.travel[here][job.row];
            here = job.row;
            service += job.service + worker.extra[job.number];
            demand += job.demand;
            cost += worker.charge[job.number] - Math.max(0, job.prize);
            broken += (worker.serves[job.number] ? 0 : facts.horizon) - (job.prize < 0 ? facts.horizon : 0);
        }
        travel += facts.travel[here][worker.finish];
        broken += worker.capacity < 0 ? 0 : Math.max(0, demand - worker.capacity);
        long[] timed = timed(facts, worker, jobs);
        return new Value(jobs, broken + timed[0], cost + timed[1] + worker.travelPrice * travel, travel + service);
    }

    /** Returns what is broken and what it costs by the clock, with the break where that is least. */
    private static long[] timed(Facts facts, Worker worker, Job[] jobs) {
        long[] at = new long[2 * jobs.length + 2];
        long[] best = drive(facts, worker, jobs, -1, at);
        if (facts.breakLength < 0) {
            return best;
        }
        if (at[0] > facts.breakLatest) {
            best[0] += at[0] - facts.breakLatest;
            return best;
        }
        best = null;
        for (int slot = 0; slot < at.length && at[slot] <= facts.breakLatest; slot++) {
            // Whoever is still before the earliest start one slot later loses nothing by waiting until then.
            if (slot + 1 < at.length && at[slot + 1] <= facts.breakEarliest) {
                continue;
            }
            long[] found = drive(facts, worker, jobs, slot, null);
            if (best == null || found[0] < best[0] || found[0] == best[0] && found[1] < best[1]) {
                best = found;
            }
        }
        return best;
    }

    /**
     * Follows a route with the break in a slot: 2k is before leg k, 2k + 1 after it, -1 takes none.
     *
     * @param at filled with the moment of each slot; may be null
     */
    private static long[] drive(Facts facts, Worker worker, Job[] jobs, int slot, long[] at) {
        long now = worker.open, broken = 0, cost = 0;
        int here = worker.start;
        for (int leg = 0; leg <= jobs.length; leg++) {
            int next = leg < jobs.length ? jobs[leg].row : worker.finish;
            for (int side = 0; side < 2; side++) {
                if (at != null) {
                    at[2 * leg + side] = now;
                }
                if (slot == 2 * leg + side) {
                    now = Math.max(now, facts.breakEarliest) + facts.breakLength;
                }
                now += side == 0 ? facts.travel[here][next] : 0;
            }
            here = next;
            if (leg < jobs.length) {
                Job job = jobs[leg];
                now = Math.max(now, job.open);
                long late = Math.max(0, now - job.close), small = Math.min(late, job.lateLimit);
                cost += job.latePrice * small + (job.laterPrice < 0 ? 0 : job.laterPrice * (late - small));
                broken += job.laterPrice < 0 ? late - small : 0;
                now += job.service + worker.extra[job.number];
            }
        }
        broken += Math.max(0, now - worker.close);
        cost += worker.overtimePrice * Math.max(0, now - worker.regularEnd);
        if (worker.durationPrice > 0 || worker.maxDuration >= 0) {
            long lasts = now - departure(facts, worker, jobs, now);
            cost += worker.durationPrice * lasts;
            broken += worker.maxDuration < 0 ? 0 : Math.max(0, lasts - worker.maxDuration);
        }
        return new long[] {broken, cost};
    }

    /** Returns the latest departure that keeps a return and the windows. */
    private static long departure(Facts facts, Worker worker, Job[] jobs, long back) {
        long latest = back;
        int next = worker.finish;
        for (int k = jobs.length - 1; k >= 0; k--) {
            Job job = jobs[k];
            latest -= facts.travel[job.row][next] + job.service + worker.extra[job.number];
            latest = Math.min(latest, job.close + job.lateLimit);
            next = job.row;
        }
        return Math.max(worker.open, latest - facts.travel[worker.start][next]);
    }

    private static Plan read(Path path) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(path)) {
            Numbers in = new Numbers(reader);
            Plan plan = new Plan();
            Facts facts = plan.facts = new Facts();
            int rows = in.next(), jobs = in.next(), workers = in.next();
            facts.breakLength = in.next();
            facts.breakEarliest = in.next();
            facts.breakLatest = in.next();
            facts.spreadPrice = in.next();
            facts.stock = in.next(in.next());
            for (int k = 0; k < jobs; k++) {
                plan.jobs.add(readJob(in, k));
            }
            for (int k = 0; k < workers; k++) {
                plan.workers.add(readWorker(in, k, jobs));
                facts.horizon = Math.max(facts.horizon, plan.workers.get(k).close);
            }
            facts.travel = new int[rows][];
            for (int row = 0; row < rows; row++) {
                facts.travel[row] = in.next(rows);
            }
            return plan;
        }
    }

    private static Job readJob(Numbers in, int number) throws IOException {
        Job job = new Job();
        job.number = number;
        job.row = in.next();
        job.service = in.next();
        job.open = in.next();
        job.close = in.next();
        job.demand = in.next();
        job.lateLimit = in.next();
        job.latePrice = in.next();
        job.laterPrice = in.next();
        job.prize = in.next();
        int parts = in.next();
        job.parts = in.next(parts);
        job.quantities = in.next(parts);
        return job;
    }

    private static Worker readWorker(Numbers in, int number, int jobs) throws IOException {
        Worker worker = new Worker();
        worker.number = number;
        worker.start = in.next();
        worker.finish = in.next();
        worker.open = in.next();
        worker.regularEnd = in.next();
        worker.close = in.next();
        worker.capacity = in.next();
        worker.maxDuration = in.next();
        worker.fixed = in.next();
        worker.travelPrice = in.next();
        worker.durationPrice = in.next();
        worker.overtimePrice = in.next();
        worker.sharesLoad = in.next() == 1;
        worker.serves = new boolean[jobs];
        worker.extra = new int[jobs];
        worker.charge = new int[jobs];
        for (int left = in.next(); left > 0; left--) {
            int job = in.next();
            worker.serves[job] = true;
            worker.extra[job] = in.next();
            worker.charge[job] = in.next();
        }
        return worker;
    }

    /** Whole numbers of a text, one after another. */
    private static final class Numbers {
        private final StreamTokenizer tokens;

        Numbers(BufferedReader reader) {
            tokens = new StreamTokenizer(reader);
        }

        int next() throws IOException {
            if (tokens.nextToken() != StreamTokenizer.TT_NUMBER) {
                throw new IOException("line " + tokens.lineno() + ": a number was expected");
            }
            return (int) tokens.nval;
        }

        int[] next(int count) throws IOException {
            int[] found = new int[count];
            for (int k = 0; k < count; k++) {
                found[k] = next();
            }
            return found;
        }
    }

    public static void main(String[] arguments) throws IOException {
        Plan plan = read(Path.of(arguments[0]));
        Duration limit = Duration.ofMillis(Math.round(1000 * Double.parseDouble(arguments[1])));
        SolverConfig config = new SolverConfig()
                .withSolutionClass(Plan.class)
                .withEntityClasses(Worker.class)
                .withScoreDirectorFactory(
                        new ScoreDirectorFactoryConfig().withIncrementalScoreCalculatorClass(Calculator.class))
                .withEnvironmentMode(EnvironmentMode.NO_ASSERT)
                .withRandomSeed(Long.parseLong(arguments[2]))
                .withTerminationConfig(new TerminationConfig().withSpentLimit(limit));
        var solver = SolverFactory.<Plan>create(config).buildSolver();
        long began = System.nanoTime();
        Plan solved = solver.solve(plan);
        StringBuilder text = new StringBuilder();
        text.append((System.nanoTime() - began) / 1e9).append('\n');
        for (Worker worker : solved.workers) {
            for (Job job : worker.jobs) {
                text.append(job.number).append(' ');
            }
            text.append('\n');
        }
        Files.writeString(Path.of(arguments[3]), text);
    }
}
