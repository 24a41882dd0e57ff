¤
"serve¡
<
case0/in0_xPlaceholder*
shape
:*
dtype0	
t
case0/DataFormatVecPermuteDataFormatVecPermutecase0/in0_x*
T0	*

src_formatNHWC*

dst_formatNCHW
<
case1/in1_xPlaceholder*
shape
:*
dtype0
t
case1/DataFormatVecPermuteDataFormatVecPermutecase1/in1_x*
T0*

dst_formatHWNC*

src_formatNHWC
<
case2/in2_xPlaceholder*
dtype0*
shape
:
t
case2/DataFormatVecPermuteDataFormatVecPermutecase2/in2_x*
T0*

src_formatNCHW*

dst_formatNHWC"ª*{
case1r
 
x
case1/in1_x:02
out0*
case1/DataFormatVecPermute:0tensorflow/serving/predict*{
case2r
 
x
case2/in2_x:02
out0*
case2/DataFormatVecPermute:0tensorflow/serving/predict*{
case0r
 
x
case0/in0_x:0	2
out0*
case0/DataFormatVecPermute:0	tensorflow/serving/predict