´
"serve¬
[
case0/in0_imagesPlaceholder*
dtype0*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
š
case0/ExtractImagePatchesExtractImagePatchescase0/in0_images*
T0*
rates
*
strides
*
paddingSAME*
ksizes

I
case1/in1_imagesPlaceholder*
dtype0*
shape:
›
case1/ExtractImagePatchesExtractImagePatchescase1/in1_images*
ksizes
*
rates
*
strides
*
paddingVALID*
T0
d
case2/in2_imagesPlaceholder*
dtype0	*6
shape-:+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
š
case2/ExtractImagePatchesExtractImagePatchescase2/in2_images*
ksizes
*
rates
*
strides
*
paddingSAME*
T0	
R
case3/in3_imagesPlaceholder*
dtype0*$
shape:ÿÿÿÿÿÿÿÿÿ
š
case3/ExtractImagePatchesExtractImagePatchescase3/in3_images*
T0*
rates
*
strides
*
paddingSAME*
ksizes

I
case4/in4_imagesPlaceholder*
dtype0	*
shape:
š
case4/ExtractImagePatchesExtractImagePatchescase4/in4_images*
ksizes
*
rates
*
strides
*
paddingSAME*
T0	
I
case5/in5_imagesPlaceholder*
dtype0	*
shape:
š
case5/ExtractImagePatchesExtractImagePatchescase5/in5_images*
ksizes
*
rates
*
strides
*
paddingSAME*
T0	"ª*•
case1‹
2
images(
case1/in1_images:09
out01
case1/ExtractImagePatches:0tensorflow/serving/predict*§
case3
;
images1
case3/in3_images:0ÿÿÿÿÿÿÿÿÿB
out0:
case3/ExtractImagePatches:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¹
case0¯
D
images:
case0/in0_images:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿK
out0C
case0/ExtractImagePatches:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*•
case5‹
2
images(
case5/in5_images:0	9
out01
case5/ExtractImagePatches:0	tensorflow/serving/predict*•
case4‹
2
images(
case4/in4_images:0	9
out01
case4/ExtractImagePatches:0	tensorflow/serving/predict*Ë
case2Á
M
imagesC
case2/in2_images:0	+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿT
out0L
case2/ExtractImagePatches:0	+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict