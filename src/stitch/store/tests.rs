use super::super::prepared_loop::tests::sample;
use super::super::sound::recorded::tests as recorded;
use super::*;

/// Size in bytes of each frame of the loops in these tests.
const BYTES: usize = 1000;

fn digest(of: u8) -> Digest {
    Digest::from(blake3::hash(&[of]))
}

/// A store with room for this many loops on disk and in memory.
fn store(folder: &Path, on_disk: u64, in_memory: u64) -> Store {
    let one = sample(0, BYTES).file_bytes();
    let bounds = StoreLimits {
        folder: on_disk * one,
        memory: in_memory * one,
    };
    Store::open(folder, bounds).expect("a folder")
}

fn put(store: &Store, of: u8) -> Arc<PreparedLoop> {
    let prepared = store
        .put(&digest(of), sample(of, BYTES))
        .expect("room on the disk");
    assert_eq!(*prepared, sample(of, BYTES));
    prepared
}

fn path(folder: &Path, of: u8) -> PathBuf {
    folder.join(format!("{}.loop", digest(of)))
}

/// Which of the loops 0 to 9 have files.
fn on_disk(folder: &Path) -> Vec<u8> {
    (0..10).filter(|of| path(folder, *of).exists()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("a folder");
    let name = |file: io::Result<fs::DirEntry>| file.expect("a file").file_name().into_string();
    files.map(|file| name(file).expect("a plain name")).collect()
}

fn age(path: &Path, seconds: u64) {
    let file = File::options().write(true).open(path).expect("a file");
    let then = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(then).expect("a time that can be set");
}

fn seconds_since_use(folder: &Path, of: u8) -> u64 {
    let facts = fs::metadata(path(folder, of)).expect("a file");
    let used = facts.modified().expect("a time");
    used.elapsed().map_or(0, |age| age.as_secs())
}

#[test]
fn loops_outlive_the_store_and_nothing_else_is_left_in_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("not/there/yet");
    put(&store(&inner, 9, 9), 1);
    let again = store(&inner, 9, 9);
    assert_eq!(again.get(&digest(1)).as_deref(), Some(&sample(1, BYTES)));
    assert_eq!(again.get(&digest(2)), None);
    assert_eq!(names(&inner), [format!("{}.loop", digest(1))]);
}

#[test]
fn those_used_least_recently_go_and_the_bound_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 3, 9);
    for of in [0, 1, 2] {
        put(&store, of);
        age(&path(folder.path(), of), 1000 - u64::from(of));
    }
    // This gets the loop from memory, but it counts as a use.
    assert!(store.get(&digest(0)).is_some());
    put(&store, 3);
    assert_eq!(on_disk(folder.path()), [0, 2, 3]);
    put(&store, 4);
    assert_eq!(on_disk(folder.path()), [0, 3, 4]);
    assert_eq!(store.get(&digest(1)), None, "what was evicted left memory too");
}

#[test]
fn what_is_in_use_is_kept_beyond_the_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    // With 0 only the users hold the loops; with 9 the list of recently used loops holds them, too.
    for in_memory in [0, 9] {
        let store = store(folder.path(), 2, in_memory);
        let used: Vec<_> = (0..4).map(|of| put(&store, of)).collect();
        assert_eq!(on_disk(folder.path()), [0, 1, 2, 3]);
        age(&path(folder.path(), 0), 1000);
        drop(used);
        put(&store, 5);
        assert_eq!(on_disk(folder.path()).len(), 2, "the bound holds again");
        assert!(path(folder.path(), 5).exists());
        fs::remove_file(path(folder.path(), 5)).expect("a file");
    }
}

#[test]
fn a_bound_that_was_lowered_holds_from_the_start_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = store(folder.path(), 9, 0);
    for of in 0..5 {
        put(&wide, of);
        age(&path(folder.path(), of), 1000 - u64::from(of));
    }
    let foreign = folder.path().join("notes.loop");
    fs::write(&foreign, vec![0; 100_000]).expect("a file");
    store(folder.path(), 2, 0);
    assert_eq!(on_disk(folder.path()), [3, 4]);
    assert!(foreign.exists(), "a file of another name is not the store's");
}

#[test]
fn a_use_is_noted_once_a_minute_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 9, 9);
    put(&store, 1);
    age(&path(folder.path(), 1), 40);
    store.get(&digest(1));
    assert!(seconds_since_use(folder.path(), 1) >= 40);
    age(&path(folder.path(), 1), 70);
    store.get(&digest(1));
    assert!(seconds_since_use(folder.path(), 1) < 40);
}

#[test]
fn a_loop_is_in_memory_once_however_many_ask() {
    let folder = tempfile::tempdir().expect("a folder");
    put(&store(folder.path(), 9, 0), 1);
    // Without room for recently used loops, only users hold the loop.
    let store = store(folder.path(), 9, 0);
    let barrier = std::sync::Barrier::new(8);
    let ask = || {
        barrier.wait();
        store.get(&digest(1)).expect("it was put")
    };
    let all: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asking
            .into_iter()
            .map(|one| one.join().expect("no panic"))
            .collect()
    });
    assert!(all.iter().all(|one| Arc::ptr_eq(one, &all[0])));
    assert!(Arc::ptr_eq(&put(&store, 1), &all[0]), "put again, it is the same");
    let other = store.put(&digest(1), sample(7, BYTES)).expect("room on the disk");
    assert_eq!(*other, sample(7, BYTES), "prepared anew, it takes the place");
    assert_eq!(*store.get(&digest(1)).expect("it was put"), sample(7, BYTES));
    assert_eq!(*all[0], sample(1, BYTES));
}

#[test]
fn recent_loops_need_no_disk_and_others_leave_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 9, 2);
    let weak: Vec<_> = (0..3).map(|of| Arc::downgrade(&put(&store, of))).collect();
    let alive: Vec<bool> = weak.iter().map(|one| one.strong_count() > 0).collect();
    assert_eq!(alive, [false, true, true]);
    fs::remove_file(path(folder.path(), 2)).expect("a file");
    assert_eq!(store.get(&digest(2)).as_deref(), Some(&sample(2, BYTES)));
}

#[test]
fn what_is_kept_in_memory_does_not_hold_on_to_the_buffer_it_was_cut_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = Bytes::from(prepared_loop::write(&sample(1, BYTES)).expect("a sound loop"));
    let cut = prepared_loop::read(&large).expect("a sound loop");
    assert!(!large.is_unique());
    let kept = store(folder.path(), 9, 9).put(&digest(1), cut);
    assert!(kept.is_ok() && large.is_unique());
}

#[test]
fn a_damaged_file_counts_as_absent_is_removed_and_can_be_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(folder.path(), 1);
    let sound = prepared_loop::write(&sample(1, BYTES)).expect("a sound loop");
    let mut flipped = sound.clone();
    flipped[500] ^= 4;
    let store = store(folder.path(), 9, 0);
    for damaged in [&flipped[..], &sound[..700], b"", &[0; 5000]] {
        fs::write(&path, damaged).expect("a file");
        assert_eq!(store.get(&digest(1)), None);
        assert!(!path.exists(), "{} bytes are still there", damaged.len());
    }
    // This file is larger than allowed. It is sparse, so it takes no room on the disk.
    let sparse = File::create(&path).expect("a file");
    sparse.set_len(MAX_FILE + 1).expect("a sparse file");
    assert_eq!(store.get(&digest(1)), None);
    assert!(!path.exists());
    put(&store, 1);
    assert!(store.get(&digest(1)).is_some());
}

#[test]
fn a_writer_killed_before_the_rename_leaves_no_loop_and_its_file_goes_with_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = prepared_loop::write(&sample(1, BYTES)).expect("a sound loop");
    for length in [0, 700, bytes.len()] {
        let killed = store(folder.path(), 9, 9);
        let temp = killed.write_temp(&bytes[..length]).expect("room on the disk");
        // Like a kill, this runs no destructor. The file is closed below, as a kill closes it.
        let (writer, temp) = temp.keep().expect("a file");

        let next = store(folder.path(), 9, 9);
        assert_eq!(next.get(&digest(1)), None);
        age(&temp, 100_000);
        store(folder.path(), 9, 9);
        assert!(temp.exists(), "its writer still lives");
        drop(writer);
        store(folder.path(), 9, 9);
        assert!(!temp.exists());
    }
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_put_of_no_loop_says_so_and_one_that_cannot_be_written_leaves_nothing_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 9, 9);
    let mut unfit = sample(1, BYTES);
    unfit.frames.clear();
    let error = store.put(&digest(1), unfit).expect_err("a loop without pictures");
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);

    // A folder with the name of the loop's file cannot be replaced by the file.
    fs::create_dir(path(folder.path(), 2)).expect("a folder");
    put(&store, 2);
    assert_eq!(store.get(&digest(2)).as_deref(), Some(&sample(2, BYTES)));
    assert_eq!(names(folder.path()).len(), 1);
}

/// Replaces the folder with a file, so that nothing can be written to it, not even by root.
fn obstruct(folder: &Path) {
    fs::remove_dir_all(folder).expect("a folder");
    fs::write(folder, "").expect("a file");
}

#[test]
fn loops_that_cannot_be_written_stay_in_memory_and_are_written_later() {
    let around = tempfile::tempdir().expect("a folder");
    let folder = around.path().join("loops");
    let store = store(&folder, 9, 3);
    obstruct(&folder);
    for of in 0..3 {
        put(&store, of);
    }
    // All three stay in memory, because they could not be written.
    let one = sample(0, BYTES).file_bytes();
    let (loops, bytes, unwritten) = (3, 3 * one, 3);
    let all = InMemory {
        loops,
        bytes,
        unwritten,
    };
    assert_eq!(store.in_use(), all);
    assert!(
        store
            .retry_in()
            .is_some_and(|wait| wait <= Duration::from_secs(1))
    );
    assert!(store.retry().is_some(), "it still cannot be written");
    let used = store.get(&digest(0)).expect("it is in memory");
    put(&store, 3);
    // Beyond the bound, the least recently used loop is dropped. A loop in use is still found.
    let there = |of: &u8| store.get(&digest(*of)).is_some();
    assert_eq!((0..4).filter(there).collect::<Vec<u8>>(), [0, 2, 3]);
    drop(used);

    fs::remove_file(&folder).expect("a file");
    assert_eq!(store.retry(), None);
    assert_eq!(on_disk(&folder), [0, 2, 3]);
    assert_eq!((store.in_use().unwritten, store.retry_in()), (0, None));
    put(&store, 4);
    assert!(on_disk(&folder).contains(&4), "written at once again");
    assert_eq!(names(&folder).len(), on_disk(&folder).len());
}

#[test]
fn what_is_being_written_counts_towards_the_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 3, 0);
    for of in 0..2 {
        put(&store, of);
        age(&path(folder.path(), of), 1000 - u64::from(of));
    }
    let mut temp = store.temp_file().expect("a file");
    let two = 2 * sample(0, BYTES).file_bytes();
    temp.write_all(&vec![0; two as usize]).expect("room on the disk");
    put(&store, 2);
    assert_eq!(on_disk(folder.path()), [2]);
    assert!(temp.path().exists());
}

#[test]
fn two_stores_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = store(folder.path(), 2, 9);
    let other = store(folder.path(), 2, 0);
    let used = put(&one, 0);
    age(&path(folder.path(), 0), 1000);
    assert!(other.get(&digest(0)).is_some());
    age(&path(folder.path(), 0), 1000);
    // The other store does not know which loops are in use here.
    put(&other, 1);
    put(&other, 2);
    assert_eq!(on_disk(folder.path()), [1, 2]);
    assert!(
        one.get(&digest(0))
            .is_some_and(|again| Arc::ptr_eq(&again, &used))
    );
    assert_eq!(other.get(&digest(0)), None);
    // The whole folder is removed under both stores.
    fs::remove_dir_all(folder.path()).expect("a folder");
    assert_eq!(other.get(&digest(1)), None);
    put(&one, 3);
    assert!(other.get(&digest(3)).is_some());
}

#[test]
fn threads_of_two_stores_do_each_other_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let stores = [store(folder.path(), 3, 2), store(folder.path(), 3, 0)];
    std::thread::scope(|scope| {
        for thread in 0..6usize {
            let store = &stores[thread % 2];
            scope.spawn(move || {
                for round in 0..40 {
                    let of = ((thread * 7 + round * 3) % 8) as u8;
                    let prepared = store.get(&digest(of)).unwrap_or_else(|| put(store, of));
                    assert_eq!(*prepared, sample(of, BYTES));
                }
            });
        }
    });
    put(&stores[0], 9);
    let left = on_disk(folder.path());
    assert!(left.len() <= 3 && left.contains(&9), "{left:?}");
    assert_eq!(
        names(folder.path()).len(),
        left.len(),
        "no unfinished file is left"
    );
}

/// Stores a sound of this many frames.
async fn put_sound(store: &Store, of: u8, frames: usize) -> Recorded {
    let frames = recorded::frames(frames);
    let (recorded, file) = recorded::record(&store.folder, &frames)
        .await
        .expect("room on the disk");
    store.put_sound(&digest(of), file).expect("room on the disk");
    recorded
}

#[tokio::test]
async fn a_sound_outlives_the_store_and_a_damaged_one_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = put_sound(&store(folder.path(), 9, 9), 1, 40).await;
    let again = store(folder.path(), 9, 9);
    let found = again.sound(&digest(1)).expect("a sound");
    assert_eq!(found.digest(), written.digest());
    assert!(again.sound(&digest(2)).is_none() && again.get(&digest(1)).is_none());
    assert_eq!(names(folder.path()), [format!("{}.sound", digest(1))]);

    let path = folder.path().join(format!("{}.sound", digest(1)));
    let mut bytes = fs::read(&path).expect("a file");
    bytes[100] ^= 1;
    // A damaged file takes its place. The holder of the open file can read on.
    fs::remove_file(&path).expect("a file");
    fs::write(&path, bytes).expect("a file");
    assert!(again.sound(&digest(1)).is_none());
    assert!(!path.exists(), "a damaged file is left");
    assert_eq!(
        found.read(0..40).expect("its bytes"),
        recorded::frames(40).concat()
    );
}

#[tokio::test]
async fn sounds_and_loops_share_one_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path(), 2, 0);
    put(&store, 1);
    age(&path(folder.path(), 1), 900);
    let of = |of: u8| folder.path().join(format!("{}.sound", digest(of)));
    let old = put_sound(&store, 2, 40).await;
    assert!(
        path(folder.path(), 1).exists() && of(2).exists(),
        "both have room"
    );
    age(&of(2), 1000);
    // The free room is less than a loop.
    put(&store, 3);
    assert!(
        !of(2).exists() && path(folder.path(), 1).exists(),
        "the oldest goes, whatever it is"
    );
    assert_eq!(old.read(0..40).expect("its bytes"), recorded::frames(40).concat());
    put_sound(&store, 4, 40).await;
    assert!(!path(folder.path(), 1).exists() && of(4).exists());

    // Opening a sound counts as a use.
    age(&of(4), 1000);
    age(&path(folder.path(), 3), 900);
    assert!(store.sound(&digest(4)).is_some());
    put(&store, 5);
    assert!(of(4).exists() && !path(folder.path(), 3).exists());
}

#[tokio::test]
async fn neither_kind_drives_the_other_out() {
    let folder = tempfile::tempdir().expect("a folder");
    // Each sound is larger than half a loop. The share of sounds has room for
    // three of them, the share of loops for eight loops.
    let store = store(folder.path(), 16, 0);
    let sound = |of: u8| folder.path().join(format!("{}.sound", digest(of)));
    let sounds = || (10..60).filter(|of| sound(*of).exists()).count();
    for of in 0..16 {
        put(&store, of);
        age(&path(folder.path(), of), 5000 - u64::from(of));
    }
    for of in 10..60 {
        put_sound(&store, of, 50).await;
        age(&sound(of), 1000 - u64::from(of));
    }
    let loops = || (0..60).filter(|of| path(folder.path(), *of).exists()).count();
    assert!((7..=8).contains(&loops()), "{} loops are left", loops());
    assert!(sounds() > 10, "{} sounds are left", sounds());
    for of in 60..99 {
        put(&store, of);
    }
    assert!((2..=4).contains(&sounds()), "{} sounds are left", sounds());
}
