//! Parameter sets, element by element: which values are read, and which sets are refused.

use virtual_coach::h264::{H264Error, Parameters, Unsupported};

/// One syntax element: its name in the standard and its code as zeros and ones.
pub type Element = (&'static str, &'static str);

/// Level 3, 854x480, otherwise as x264 writes it; without VUI.
pub const SPS: [Element; 19] = [
    ("profile_idc", "01100100"),
    ("constraint flags, level_idc", "0000000000011110"),
    ("seq_parameter_set_id", "1"),
    ("chroma_format_idc", "010"),
    ("bit_depth_luma_minus8", "1"),
    ("bit_depth_chroma_minus8", "1"),
    ("qpprime_y_zero_transform_bypass_flag", "0"),
    ("seq_scaling_matrix_present_flag", "0"),
    ("log2_max_frame_num_minus4", "1"),
    ("pic_order_cnt_type", "011"),
    ("max_num_ref_frames", "011"),
    ("gaps_in_frame_num_value_allowed_flag", "0"),
    ("pic_width_in_mbs_minus1", "00000110110"),
    ("pic_height_in_map_units_minus1", "000011110"),
    ("frame_mbs_only_flag", "1"),
    ("direct_8x8_inference_flag", "1"),
    ("frame_cropping_flag", "1"),
    ("cropping", "1 00110 1 1"),
    ("vui_parameters_present_flag", "0"),
];

pub const PPS: [Element; 15] = [
    ("pic_parameter_set_id", "1"),
    ("seq_parameter_set_id", "1"),
    ("entropy_coding_mode_flag", "0"),
    ("bottom_field_pic_order_in_frame_present_flag", "0"),
    ("num_slice_groups_minus1", "1"),
    ("num_ref_idx_l0_default_active_minus1", "010"),
    ("num_ref_idx_l1_default_active_minus1", "1"),
    ("weighted_pred_flag", "0"),
    ("weighted_bipred_idc", "00"),
    ("pic_init_qp_minus26", "1"),
    ("pic_init_qs_minus26", "1"),
    ("chroma_qp_index_offset", "00101"),
    ("deblocking_filter_control_present_flag", "1"),
    ("constrained_intra_pred_flag", "0"),
    ("redundant_pic_cnt_present_flag", "0"),
];

/// A NAL unit of these elements with one of them replaced. The elements can contain no start code.
pub fn set(header: u8, elements: &[Element], (name, code): Element) -> Vec<u8> {
    assert!(
        name.is_empty() || elements.iter().any(|element| element.0 == name),
        "no element {name}"
    );
    let code = |element: &Element| if element.0 == name { code } else { element.1 };
    let mut bits: String = elements
        .iter()
        .flat_map(|element| code(element).chars())
        .collect();
    bits.retain(|bit| bit != ' ');
    bits.push('1');
    bits.push_str(&"0".repeat(bits.len().wrapping_neg() % 8));
    let bytes = bits.as_bytes().chunks(8);
    let bytes = bytes.map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0')));
    std::iter::once(header).chain(bytes).collect()
}

fn with(sps: Element, pps: Element) -> Result<Parameters, H264Error> {
    Parameters::read(&set(0x67, &SPS, sps), &set(0x68, &PPS, pps))
}

pub const AS_IT_IS: Element = ("", "");

pub fn sound() -> Parameters {
    with(AS_IT_IS, AS_IT_IS).expect("sound parameter sets")
}

#[test]
fn parameter_sets_say_the_size_and_the_field_widths() {
    let parameters = sound();
    assert_eq!((parameters.columns(), parameters.rows()), (54, 30));
    assert_eq!((parameters.width(), parameters.height()), (854, 480));
    assert_eq!(
        (parameters.frame_num_bits(), parameters.default_references()),
        (4, 2)
    );
}

#[test]
fn parameter_sets_come_out_of_an_avcc() {
    let (sps, pps) = (set(0x67, &SPS, AS_IT_IS), set(0x68, &PPS, AS_IT_IS));
    let avcc = |sets: u8| {
        let sps = [&[1, 100, 0, 30, 0xff, 0xe0 | sets, 0, sps.len() as u8], &sps[..]].concat();
        [
            &sps[..],
            &[1, 0, pps.len() as u8],
            &pps[..],
            &[0xfd, 0xf8, 0xf8, 0],
        ]
        .concat()
    };
    assert_eq!(Parameters::from_avcc(&avcc(1)), Ok(sound()));
    assert_eq!(Parameters::from_avcc(&avcc(2)), Err(H264Error::Avcc));
    assert_eq!(Parameters::from_avcc(&avcc(1)[..20]), Err(H264Error::Avcc));
}

#[test]
fn what_the_slices_cannot_live_with_is_refused_by_name() {
    let sps = [
        ("chroma_format_idc", "011", Unsupported::ChromaFormat),
        ("chroma_format_idc", "00100 0", Unsupported::ChromaFormat),
        ("bit_depth_luma_minus8", "011", Unsupported::BitDepth),
        ("bit_depth_chroma_minus8", "011", Unsupported::BitDepth),
        (
            "qpprime_y_zero_transform_bypass_flag",
            "1",
            Unsupported::TransformBypass,
        ),
        (
            "seq_scaling_matrix_present_flag",
            "1",
            Unsupported::ScalingMatrices,
        ),
        ("pic_order_cnt_type", "1", Unsupported::PicOrderCountType(0)),
        ("max_num_ref_frames", "1", Unsupported::NoReferences),
        ("frame_mbs_only_flag", "0", Unsupported::Interlace),
        ("cropping", "010 1 1 1", Unsupported::Cropping),
        ("cropping", "1 1 010 1", Unsupported::Cropping),
    ];
    for (name, code, violation) in sps {
        assert_eq!(
            with((name, code), AS_IT_IS),
            Err(violation.into()),
            "{name} = {code}"
        );
    }
    let pps = [
        ("entropy_coding_mode_flag", "1", Unsupported::Cabac),
        ("num_slice_groups_minus1", "010", Unsupported::SliceGroups),
        ("weighted_pred_flag", "1", Unsupported::WeightedPrediction),
        (
            "deblocking_filter_control_present_flag",
            "0",
            Unsupported::NoDeblockingControl,
        ),
        (
            "constrained_intra_pred_flag",
            "1",
            Unsupported::ConstrainedIntraPrediction,
        ),
        (
            "redundant_pic_cnt_present_flag",
            "1",
            Unsupported::RedundantPictures,
        ),
    ];
    for (name, code, violation) in pps {
        assert_eq!(
            with(AS_IT_IS, (name, code)),
            Err(violation.into()),
            "{name} = {code}"
        );
    }
}

#[test]
fn parameter_sets_that_cannot_be_are_refused() {
    let out_of_range = |result| matches!(result, Err(H264Error::OutOfRange(_)));
    assert!(out_of_range(with(
        ("pic_width_in_mbs_minus1", "000000000010000100000"),
        AS_IT_IS
    )));
    assert!(out_of_range(with(
        ("cropping", "1 00000000110110001 1 1"),
        AS_IT_IS
    )));
    assert!(out_of_range(with(AS_IT_IS, ("seq_parameter_set_id", "010"))));
    let swapped = Parameters::read(&set(0x68, &PPS, AS_IT_IS), &set(0x67, &SPS, AS_IT_IS));
    assert!(matches!(swapped, Err(H264Error::Kind { found: 8, .. })));
}
